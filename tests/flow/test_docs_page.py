"""The API's page in a real browser, with no network behind it."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.flow.system import System

pytestmark = pytest.mark.flow

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = ("--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update")


@pytest.mark.skipif(CHROMIUM is None, reason="no browser here: apt-get install chromium to run this test")
def test_the_page_of_the_api_shows_every_operation(system: System, tmp_path: Path) -> None:
    command = [str(CHROMIUM), "--headless", "--no-sandbox", *QUIET, f"--user-data-dir={tmp_path}"]
    command += ["--virtual-time-budget=10000", "--dump-dom", f"{system.gateway_url}/docs"]
    page = subprocess.run(command, capture_output=True, text=True, timeout=90, check=True).stdout
    for summary in ("Submit an evaluation", "Read one evaluation", "List evaluations"):
        assert summary in page
    assert "Failed to load API definition" not in page
