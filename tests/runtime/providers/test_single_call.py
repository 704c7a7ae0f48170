"""Whatever an SDK raises, and whatever our reading of it stumbles over, ends as our own error without a past."""

from collections.abc import Callable

import pytest

from runtime.contracts.failures import FailureReason
from runtime.providers.chat_model import ProviderError
from runtime.providers.single_call import single_call


class SdkError(Exception):
    """As the SDKs' own: its request has the caller's key."""


def rejected(_: Exception) -> ProviderError:
    return ProviderError(FailureReason.REJECTED)


def stumbles(_: Exception) -> ProviderError:
    raise OverflowError


def stumbles_anew(error: Exception) -> ProviderError:
    raise ValueError from error


@pytest.mark.parametrize(
    ("raised", "failure_of", "reason"),
    [
        (SdkError(), rejected, FailureReason.REJECTED),
        (SdkError(), stumbles, FailureReason.MALFORMED),
        (SdkError(), stumbles_anew, FailureReason.MALFORMED),
        (TimeoutError(), rejected, FailureReason.TIMEOUT),
    ],
)
async def test_what_leaves_a_call_is_our_error_and_leads_to_none_of_the_sdks(
    raised: Exception, failure_of: Callable[[Exception], ProviderError], reason: FailureReason
) -> None:
    async def send() -> None:
        raise raised

    with pytest.raises(ProviderError) as caught:
        await single_call(send, deadline_seconds=20, failure_of=failure_of)
    assert caught.value.reason is reason
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)
