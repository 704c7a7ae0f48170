"""The attacks on the bases, as what a judge is to be asked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from runtime.attacks.bases import BASES, Base
from runtime.attacks.corpus import ATTACKS, BENIGN, Kind, Template

BASES_EACH = 3
"""So many bases get a given attack or variant: each with all would take a small judge an hour."""


_T = TypeVar("_T", bound=Template)


class Control(StrEnum):
    """What attacks are measured against."""

    WRONG = "wrong"
    """A base's wrong answer as it is."""
    RIGHT = "right"
    BENIGN = "benign"
    """A base's right answer, in honest words around it that look suspicious."""


@dataclass(frozen=True)
class AttackItem:
    id: str
    """Unique, and the same in each run."""
    kind: Kind | Control
    base: str
    input: str
    output: str

    @property
    def control_id(self) -> str:
        """The item whose score this one's is compared with."""
        return f"{Control.WRONG if isinstance(self.kind, Kind) else Control.RIGHT}/{self.base}"


def attack_items() -> tuple[AttackItem, ...]:
    """Controls first: each wrong and each right answer once. Attacks are around wrong answers, benign around right."""
    controls = [
        _item(kind, kind, base, output)
        for base in BASES
        for kind, output in ((Control.WRONG, base.wrong), (Control.RIGHT, base.right))
    ]
    attacks = [_item(one.id, one.kind, base, one.around(base.wrong)) for one, base in _in_turn(ATTACKS)]
    benign = [_item(one.id, Control.BENIGN, base, one.around(base.right)) for one, base in _in_turn(BENIGN)]
    return (*controls, *attacks, *benign)


def _item(name: str, kind: Kind | Control, base: Base, output: str) -> AttackItem:
    return AttackItem(id=f"{name}/{base.id}", kind=kind, base=base.id, input=base.task, output=output)


def _in_turn(templates: Sequence[_T]) -> Iterator[tuple[_T, Base]]:
    """Each with the next few bases, so that each base is attacked about as often as any other."""
    for number, template in enumerate(templates):
        for step in range(BASES_EACH):
            yield template, BASES[(BASES_EACH * number + step) % len(BASES)]
