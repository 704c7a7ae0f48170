"""The judge card as a page: complete, escaped, and without anything from elsewhere."""

import re

import pytest

from runtime.contracts.calibration import JudgeCard
from runtime.contracts.card_words import figures, verdict
from runtime.gateway.card_page import EXPLAINED, render
from tests.contract.calibrations import BINARY, PAIRS, calibration


@pytest.mark.parametrize("card", [BINARY, PAIRS])
def test_the_page_has_every_figure_with_what_it_means(card: JudgeCard) -> None:
    page = render(calibration(card))
    for name, value, _ in figures(card):
        assert value in page
        assert name.replace("'", "&#39;") in page
    assert verdict(card).replace("`", "`") in page


def test_text_from_outside_stays_text() -> None:
    page = render(calibration(BINARY, model="local/<script>"))
    assert "<script" not in page
    assert "<b>three</b>" not in page
    assert "&lt;b&gt;three" in page


def test_the_page_loads_nothing_and_runs_nothing() -> None:
    page = render(calibration(BINARY))
    assert not re.search(r"(?:src|href)=|url\(|@import|<script", page)


def test_the_accuracy_of_pairs_is_explained_with_its_half_credit() -> None:
    assert "a tie where the other side decided counts half" in render(calibration(PAIRS))


def test_each_figure_is_explained() -> None:
    scale = BINARY.model_copy(
        update={"rank_correlation": 0.1, "length_correlation": 0.2, "cost_usd": 0.1, "kappa_weights": "quadratic"}
    )
    for card in (scale, PAIRS):
        assert all(name.partition(",")[0] in EXPLAINED or name in EXPLAINED for name, _, _ in figures(card))
        render(calibration(card))
