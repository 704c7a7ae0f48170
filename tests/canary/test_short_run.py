"""A dozen requests instead of two hundred, nothing killed: the whole search works, and no key is found."""

import os
import sys

import pytest
from rich.console import Console

from tests.canary.prove import Plan, prove

pytestmark = pytest.mark.flow
LISTENS = sys.platform == "linux" and os.geteuid() == 0


def test_no_key_comes_to_rest_and_every_planted_leak_is_found() -> None:
    console = Console(record=True)
    report = prove(Plan(count=12, seed=2, kill_every=None, silent_every=None, listen=LISTENS), console.print)
    report.show(console)
    assert report.problems == [], console.export_text()
    assert len(report.places) == 15 + LISTENS
    assert all(place.bytes for place in report.places if "temporary" not in place.name and "shared" not in place.name)
