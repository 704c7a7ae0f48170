"""The differences between the templates of two folders, as the library behind `cdk diff` finds them."""

from collections import Counter
from enum import StrEnum
from pathlib import Path

from config.base import Frozen
from tools.template_diff.programs import run

COMPARE = Path(__file__).with_name("compare.js")


class Impact(StrEnum):
    """What a deployment does to a resource; the values are the library's."""

    CREATE = "WILL_CREATE"
    UPDATE = "WILL_UPDATE"
    REPLACE = "WILL_REPLACE"
    MAY_REPLACE = "MAY_REPLACE"
    DESTROY = "WILL_DESTROY"
    ORPHAN = "WILL_ORPHAN"


class Kind(StrEnum):
    """What people count."""

    ADDED = "added"
    CHANGED = "changed"
    REPLACED = "replaced"
    REMOVED = "removed"


KINDS = {
    Impact.CREATE: Kind.ADDED,
    Impact.UPDATE: Kind.CHANGED,
    Impact.REPLACE: Kind.REPLACED,
    Impact.MAY_REPLACE: Kind.REPLACED,
    Impact.DESTROY: Kind.REMOVED,
    Impact.ORPHAN: Kind.REMOVED,
}


class Standing(StrEnum):
    KEPT = "kept"
    NEW = "new"
    GONE = "gone"


class ResourceChange(Frozen):
    path: str
    type: str
    impact: Impact
    causes: tuple[str, ...]
    """The properties whose change has this impact."""

    @property
    def kind(self) -> Kind:
        return KINDS[self.impact]


class Difference(Frozen):
    """Of one stack."""

    stack: str
    standing: Standing
    resources: tuple[ResourceChange, ...]
    iam: bool
    security_groups: bool
    broadened: bool
    """Somebody may do more, or reach more, than before."""
    text: str
    """As `cdk diff` prints it."""

    @property
    def counts(self) -> Counter[Kind]:
        return Counter(resource.kind for resource in self.resources)


class Comparison(Frozen):
    stacks: int
    """Of both sides, the unchanged ones included."""
    differences: tuple[Difference, ...]


def compare(base: Path, head: Path) -> Comparison:
    """Raises Failed."""
    failing = "the templates could not be compared: `npm ci` installs what that needs"
    return Comparison.model_validate_json(run(("node", COMPARE, base, head), failing=failing))
