"""Synthesized once for all tests of the stacks; what CloudFormation itself would refuse is one test of its own."""

from collections.abc import Iterator

import pytest

from tests.stacks.synthesized import Synthesized, synthesize


@pytest.fixture(scope="session")
def stacks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Synthesized]]:
    with pytest.MonkeyPatch.context() as patch:
        # Two thirds of a synthesis is CDK's validator, which test_findings.py runs.
        patch.setenv("CDK_VALIDATION", "false")
        yield synthesize(tmp_path_factory.mktemp("cdk.out"))


@pytest.fixture(scope="session")
def dev(stacks: dict[str, Synthesized]) -> Synthesized:
    return stacks["dev"]


@pytest.fixture(scope="session")
def prod(stacks: dict[str, Synthesized]) -> Synthesized:
    return stacks["prod"]
