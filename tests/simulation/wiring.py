"""What one run of the simulation is made of: the protocol as it is, or with one of its guards taken out."""

from dataclasses import dataclass, field

from config.limits import Limits
from runtime.stages.turn import StageTurns
from tests.fakes.history import InMemoryHistory
from tests.fakes.request_states import InMemoryRequestStates
from tests.simulation.ports import LinkedHistory, LinkedInbox, LinkedStates
from tests.simulation.providers import SimulatedProvider


@dataclass(frozen=True, kw_only=True)
class Wiring:
    """Each field is a seam at which a guard can be taken out, without a word about it in the product's code."""

    limits: Limits = field(default_factory=Limits)
    store: type[InMemoryRequestStates] = InMemoryRequestStates
    rows: type[InMemoryHistory] = InMemoryHistory
    states: type[LinkedStates] = LinkedStates
    history: type[LinkedHistory] = LinkedHistory
    inbox: type[LinkedInbox] = LinkedInbox
    turns: type[StageTurns] = StageTurns
    provider: type[SimulatedProvider] = SimulatedProvider
    buries: bool = True
    """Somebody reads the dead-letter queues."""
    sweeps: bool = True
    """Somebody ends what was never published."""


INTACT = Wiring()
