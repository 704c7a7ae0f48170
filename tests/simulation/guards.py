"""The guards of the protocol, each taken out at a seam of the simulation, and the promises that must then break."""

from dataclasses import dataclass

from tests.simulation import without_leases as leases
from tests.simulation import without_order as order
from tests.simulation import without_patience as patience
from tests.simulation.wiring import Wiring


@dataclass(frozen=True)
class Removal:
    """A run without one guard."""

    name: str
    without: Wiring
    breaks: tuple[str, ...]
    """Each of these breaks in some seed."""
    times: int = 1
    """It shows in few seeds only, and is tried on so many times more."""


REMOVALS = (
    Removal("the lease", Wiring(store=leases.GrantsAlways), ("I5",)),
    Removal("a lease longer than the call", Wiring(states=leases.ShortLease), ("I5",)),
    Removal("a hard deadline of the call", Wiring(provider=leases.EndlessCalls), ("I5",)),
    Removal("the time left of a turn", Wiring(turns=leases.StartsLate), ("I5",), times=4),
    Removal("the fence", Wiring(store=leases.NoFence), ("I5",), times=4),
    Removal("the saved result under the lease", Wiring(store=leases.SeesNoResult), ("I5",)),
    Removal("saving before passing on", Wiring(states=leases.SavesNothing), ("I5",)),
    Removal("the count of attempts", Wiring(states=leases.CountsNothing), ("I9",), times=4),
    Removal("deleting last", Wiring(inbox=order.DeletesFirst), ("I1",)),
    Removal("the row before COMPLETED", Wiring(history=order.WritesTheRowLater), ("I4",)),
    Removal("one row for each request", Wiring(rows=order.ManyRows), ("I2",)),
    Removal("the look for a row", Wiring(history=order.LooksForNoRow), ("I5",)),
    Removal("self-contained messages", Wiring(store=order.ForgetsLostRecords), ("I1",)),
    Removal("forwards only", Wiring(store=order.AnyOrder), ("I3",)),
    Removal("long releases", Wiring(inbox=patience.ComesBackSoon), ("DLQ",)),
    Removal("the readers of the dead letters", Wiring(buries=False), ("I1", "I10")),
    Removal("the sweeper", Wiring(sweeps=False), ("I1",)),
)
