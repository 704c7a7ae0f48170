"""Which faults a seed brings, how often and until when. Each kind is there in about half of the seeds only.

Leaving kinds out finds more than having all of them always: faults hide each other (Groce et al., "Swarm Testing",
ISSTA 2012).
"""

from dataclasses import dataclass
from random import Random

STATES, HISTORY, TOPIC, QUEUE, OPENER = "redis-service", "persistence-service", "sns", "sqs", "keys"
SERVICES = (STATES, HISTORY, TOPIC, QUEUE)


@dataclass(frozen=True)
class Period:
    what: str
    """A service that is away, or a kind of process that is frozen or restarted."""
    begin: float
    end: float


@dataclass(frozen=True, kw_only=True)
class Weather:
    """Shares are of calls; times in seconds since the start."""

    ends_at: float
    """From then on nothing fails any more."""
    crashes: float
    stalls: float
    """Calls whose caller is frozen before it hears the reply."""
    refused: float
    """The call fails before it had an effect."""
    reply_lost: float
    late: float
    """The caller has given up before the call takes effect."""
    slow: float
    duplicated: float
    """Messages that a topic delivers twice."""
    delayed: float
    """Messages that come minutes late."""
    receive_lost: float
    handed_out_twice: float
    delete_lost: float
    max_receives: int | None
    """The queues give a message up after so many deliveries; None: after as many as they should."""
    outages: tuple[Period, ...]
    freezes: tuple[Period, ...]
    drains: tuple[Period, ...]
    losses: tuple[float, ...]
    """When Redis loses every record."""
    provider_errors: float
    provider_throttles: float
    provider_slow: float


def weather_of(random: Random, process_names: tuple[str, ...]) -> Weather:
    ends_at = random.choice((120.0, 300.0, 600.0, 900.0))

    def share(highest: float) -> float:
        return random.choice((0.0, random.random() * highest))

    def periods(whats: tuple[str, ...], most: int, longest: float) -> tuple[Period, ...]:
        count = random.choice((0, random.randint(1, most)))
        begins = [random.uniform(0, ends_at) for _ in range(count)]
        return tuple(Period(random.choice(whats), begin, begin + random.uniform(5, longest)) for begin in begins)

    return Weather(
        ends_at=ends_at,
        crashes=share(0.03),
        stalls=share(0.01),
        refused=share(0.1),
        reply_lost=share(0.1),
        late=share(0.05),
        slow=share(0.2),
        duplicated=share(0.5),
        delayed=share(0.3),
        receive_lost=share(0.2),
        handed_out_twice=share(0.2),
        delete_lost=share(0.2),
        max_receives=random.choice((None, None, None, None, None, None, 2)),
        outages=periods(SERVICES, 3, 300),
        freezes=periods(process_names, 4, 400),
        drains=periods(process_names, 3, 1),
        losses=tuple(sorted(random.uniform(0, ends_at) for _ in range(random.choice((0, 0, 1, 3))))),
        provider_errors=share(0.5),
        provider_throttles=share(0.5),
        provider_slow=share(0.6),
    )
