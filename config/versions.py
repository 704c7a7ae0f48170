"""Which engine versions we run, and until when AWS supports each: a table that is reviewed by hand, never the clock.

Sources: the EKS release calendar, "Supported MySQL major versions on Amazon RDS", "ElastiCache engine versions".
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from config.base import Frozen

REVIEWED_ON = date(2026, 11, 25)
"""The day this table was compared with AWS's pages. Synth judges versions by it; `make check-versions` by today."""


class Engine(StrEnum):
    KUBERNETES = "kubernetes"
    MYSQL = "mysql"
    REDIS = "redis"


@dataclass(frozen=True)
class SupportWindow:
    standard_until: date | None
    """None: AWS has announced no end."""
    extended_until: date | None
    """Until then it can be created at a surcharge; afterwards it cannot be created any more."""


SUPPORT: dict[Engine, dict[str, SupportWindow]] = {
    Engine.KUBERNETES: {
        "1.29": SupportWindow(date(2025, 3, 23), date(2026, 3, 23)),
        "1.30": SupportWindow(date(2025, 7, 23), date(2026, 7, 23)),
        "1.31": SupportWindow(date(2025, 11, 26), date(2026, 11, 26)),
        "1.32": SupportWindow(date(2026, 3, 23), date(2027, 3, 23)),
        "1.33": SupportWindow(date(2026, 7, 29), date(2027, 7, 29)),
        "1.34": SupportWindow(date(2026, 12, 2), date(2027, 12, 2)),
        "1.35": SupportWindow(date(2027, 3, 27), date(2028, 3, 27)),
    },
    Engine.MYSQL: {
        "8.0": SupportWindow(date(2026, 7, 31), date(2029, 7, 31)),
        "8.4": SupportWindow(date(2029, 7, 31), date(2032, 7, 31)),
    },
    Engine.REDIS: {"7.1": SupportWindow(None, None)},
}


class Versions(Frozen):
    kubernetes: str = "1.35"
    mysql: str = "8.4"
    redis: str = "7.1"

    def of(self, engine: Engine) -> str:
        return {Engine.KUBERNETES: self.kubernetes, Engine.MYSQL: self.mysql, Engine.REDIS: self.redis}[engine]


CURRENT = Versions()
DIAGRAM = Versions(kubernetes="1.29", mysql="8.0", redis="7.1")
"""The versions that the diagram names; `-c versions=diagram` chooses them."""
VERSION_SETS = {"current": CURRENT, "diagram": DIAGRAM}


class Support(StrEnum):
    STANDARD = "standard"
    EXTENDED = "extended"
    ENDED = "ended"


class UnknownVersion(ValueError):
    """The support table has no such version."""


@dataclass(frozen=True)
class Standing:
    engine: Engine
    version: str
    support: Support
    window: SupportWindow
    supported: tuple[str, ...]
    """The versions of the engine that are in standard support."""

    def __str__(self) -> str:
        what = f"{self.engine} {self.version}"
        match self.support:
            case Support.STANDARD:
                return f"{what} is in standard support until {self.window.standard_until or 'further notice'}"
            case Support.EXTENDED:
                return (
                    f"{what} left standard support on {self.window.standard_until}: AWS charges extra for it "
                    f"until {self.window.extended_until}; choose one of {', '.join(self.supported)}"
                )
            case Support.ENDED:
                return (
                    f"{what} left extended support on {self.window.extended_until}: AWS creates none any more; "
                    f"choose one of {', '.join(self.supported)}"
                )


def standing(engine: Engine, version: str, *, on: date = REVIEWED_ON) -> Standing:
    """Raises UnknownVersion."""
    try:
        window = SUPPORT[engine][version]
    except KeyError:
        known = ", ".join(SUPPORT[engine])
        raise UnknownVersion(f"{engine} {version} is not in the support table, which has {known}") from None
    supported = (name for name, other in SUPPORT[engine].items() if _support(other, on) is Support.STANDARD)
    return Standing(engine, version, _support(window, on), window, tuple(supported))


def standings(versions: Versions, *, on: date = REVIEWED_ON) -> tuple[Standing, ...]:
    """Raises UnknownVersion."""
    return tuple(standing(engine, versions.of(engine), on=on) for engine in Engine)


def _support(window: SupportWindow, on: date) -> Support:
    if window.standard_until is None or on <= window.standard_until:
        return Support.STANDARD
    if window.extended_until is None or on <= window.extended_until:
        return Support.EXTENDED
    return Support.ENDED
