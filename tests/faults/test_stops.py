"""A worker is asked to end in the middle of its calls, or is frozen: nothing is lost, nothing is asked twice."""

import signal
from collections.abc import Callable

import pytest

from config.topology import Stage
from tests.faults.history import History
from tests.faults.laboratory import Laboratory
from tests.faults.observer import Observer, new_case

pytestmark = pytest.mark.flow
Holds = Callable[[History], None]
SLOW = {"candidate": "gpt-x--delay_2000", "judge": "gemini-x--delay_2000"}
WORKERS = {"inference-service": Stage.INFERENCE, "judge-service": Stage.JUDGE}


@pytest.mark.fault("F38")
async def test_services_without_work_end_at_sigterm_without_an_error(lab: Laboratory, observer: Observer) -> None:
    for name in ("gateway-service", "persistence-service", *WORKERS):
        restarts, process = lab.system.part(name).restarts, lab.process(name)
        process.send_signal(signal.SIGTERM)
        await lab.system.until_restarted(name, restarts)
        assert "Traceback" not in lab.log(name)
    assert (await observer.ended(await observer.accepted(new_case())))["outcome"] == "scored"


@pytest.mark.fault("F39")
@pytest.mark.parametrize("worker", WORKERS)
async def test_a_running_call_is_finished_and_its_message_deleted(
    lab: Laboratory, observer: Observer, holds: Holds, worker: str
) -> None:
    case, restarts = new_case(), lab.system.part(worker).restarts
    accepted = await observer.accepted(case, **SLOW)
    await observer.until_called(case, WORKERS[worker])
    lab.signal(worker, signal.SIGTERM)
    assert (await observer.ended(accepted))["outcome"] == "scored"
    await lab.system.until_restarted(worker, restarts)
    holds(await observer.history())


@pytest.mark.fault("F40")
async def test_a_sigint_after_the_sigterm_cuts_the_call_off_and_it_is_made_once_more(
    lab: Laboratory, observer: Observer, holds: Holds
) -> None:
    case = new_case()
    accepted = await observer.accepted(case, **SLOW)
    await observer.until_called(case, Stage.INFERENCE)
    lab.signal("inference-service", signal.SIGTERM)
    lab.signal("inference-service", signal.SIGINT)
    assert (await observer.ended(accepted))["outcome"] == "scored"
    holds(await observer.history(extra_calls={case: 1}))


@pytest.mark.fault("F39")
async def test_a_frozen_worker_that_goes_on_within_its_lease_finishes_its_work(
    lab: Laboratory, observer: Observer, holds: Holds
) -> None:
    case = new_case()
    accepted = await observer.accepted(case, **SLOW)
    await observer.until_called(case, Stage.JUDGE)
    lab.signal("judge-service", signal.SIGSTOP)
    try:
        async with lab.system.client() as client:
            assert (await client.get("/healthz")).is_success
    finally:
        lab.signal("judge-service", signal.SIGCONT)
    assert (await observer.ended(accepted))["outcome"] == "scored"
    holds(await observer.history())
