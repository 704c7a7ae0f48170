"""The attacks on the bases, as what a judge is to be asked."""

from dataclasses import dataclass
from enum import StrEnum

from runtime.attacks.bases import BASES, Base
from runtime.attacks.corpus import ATTACKS, BENIGN, Kind

BASES_EACH = 3
"""So many bases get a given attack or variant: each with all would take a small judge an hour."""


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


def attack_items() -> tuple[AttackItem, ...]:
    """Controls first: each wrong and each right answer once. Attacks are around wrong answers, benign around right."""
    controls = [
        AttackItem(id=f"{kind}/{base.id}", kind=kind, base=base.id, input=base.task, output=output)
        for base in BASES
        for kind, output in ((Control.WRONG, base.wrong), (Control.RIGHT, base.right))
    ]
    attacks = [
        AttackItem(
            id=f"{attack.id}/{base.id}",
            kind=attack.kind,
            base=base.id,
            input=base.task,
            output=attack.around(base.wrong),
        )
        for number, attack in enumerate(ATTACKS)
        for base in _turn(number)
    ]
    benign = [
        AttackItem(
            id=f"{variant.id}/{base.id}",
            kind=Control.BENIGN,
            base=base.id,
            input=base.task,
            output=variant.around(base.right),
        )
        for number, variant in enumerate(BENIGN)
        for base in _turn(number)
    ]
    return (*controls, *attacks, *benign)


def _turn(number: int) -> list[Base]:
    """The bases in turn, so that each is attacked about as often as any other."""
    return [BASES[(BASES_EACH * number + step) % len(BASES)] for step in range(BASES_EACH)]
