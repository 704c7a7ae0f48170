from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from config.environments import DEV, PROD, CloudEnvironment
from config.versions import REVIEWED_ON
from tests.tools.billed import case
from tools.cost.bill import bill
from tools.cost.case import Case
from tools.cost.line import dollars
from tools.cost.picture import picture
from tools.cost.prices import price_list
from tools.cost.savings import savings

ROOT = Path(__file__).parents[2]
SVG = "{http://www.w3.org/2000/svg}"


def drawn(subject: Case) -> str:
    return picture(subject, bill(subject), savings(subject))


def shapes(svg: str, kind: str, tag: str = "rect") -> list[dict[str, str]]:
    root = ET.fromstring(svg)  # noqa: S314 - our own
    return [found.attrib for found in root.iter(f"{SVG}{tag}") if found.get("class") == kind]


@pytest.mark.parametrize("environment", [DEV, PROD])
def test_every_number_of_the_tables_is_in_the_picture(environment: CloudEnvironment) -> None:
    subject = case(environment)
    texts = [found.text for found in ET.fromstring(drawn(subject)).iter(f"{SVG}text")]  # noqa: S314 - our own
    for stack in bill(subject).stacks:
        assert stack.name in texts
        assert dollars(stack.usd) in texts
    for saving in savings(subject):
        assert saving.feature in texts
        assert f"{dollars(saving.usd)}; diagram {saving.claim.text}" in texts


def test_bars_are_as_long_as_their_dollars() -> None:
    bars = [float(bar["width"]) for bar in shapes(drawn(case()), "cost")]
    usd = [float(stack.usd) for stack in bill(case()).stacks]
    assert bars[-1] == max(bars)
    for length, amount in zip(bars, [*usd, sum(usd)], strict=True):
        assert length == pytest.approx(max(amount / sum(usd) * bars[-1], 1), abs=0.1)


def test_what_costs_more_points_the_other_way() -> None:
    (loss,) = shapes(drawn(case()), "lose")
    gains = shapes(drawn(case()), "save")
    assert len(gains) == 7
    zero = float(gains[0]["x"])
    assert float(loss["x"]) + float(loss["width"]) == pytest.approx(zero, abs=0.2)


def test_each_budget_and_each_claim_is_marked() -> None:
    assert len(shapes(drawn(case()), "budget", "line")) == len(DEV.operations.budget_thresholds_usd)
    assert len(shapes(drawn(case()), "claim", "path")) == 8


def test_it_follows_the_readers_dark_setting() -> None:
    assert "prefers-color-scheme: dark" in drawn(case())


def test_the_picture_in_the_docs_is_of_the_config_as_it_is() -> None:
    """`make cost` draws it again."""
    shown = drawn(case(on=REVIEWED_ON, prices=price_list()))
    assert (ROOT / "docs/cost-dev.svg").read_text() == shown
