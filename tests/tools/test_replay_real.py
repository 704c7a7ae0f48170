"""The real recordings, where somebody has them."""

import os
from pathlib import Path

import pytest

from tools.replay.figures import figures_of
from tools.replay.known import KNOWN, difference
from tools.replay.prose import prose_figures
from tools.replay.recordings import Recordings, read_recordings


@pytest.fixture(scope="module")
def real() -> Recordings:
    folder = os.environ.get("JUDGING_DATA")
    if not folder:
        pytest.skip("JUDGING_DATA is not set: it names the folder with LLMBar's recorded verdicts (docs/measuring.md)")
    return read_recordings(Path(folder))


def test_the_known_figures_lie_within_our_intervals(real: Recordings) -> None:
    nearest = min((figures_of(real, strategy) for strategy in real.strategies), key=difference)
    for known in KNOWN:
        ours = known.ours(nearest)
        assert ours.low <= known.share <= ours.high, known.name


def test_nearly_all_prose_is_read_and_no_difference_is_unexplained(real: Recordings) -> None:
    for figures in prose_figures(real):
        assert figures.parsed / figures.completions > 0.99
        assert not [each for each in figures.disagreements if each.explanation == "unexplained"]
