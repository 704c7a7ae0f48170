"""The search alone: each form is found wherever it stands, and nothing is found where there is none."""

import os
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from tests.canary import pieces
from tests.canary.canaries import MARK_CHARACTERS, Marks
from tests.canary.forms import BINARY_PLANTS, TEXT_PLANTS
from tests.canary.process_places import core_files
from tests.canary.search import Search

RANDOM = Random(7)  # noqa: S311 - keys of a test
MARKS, OTHER = Marks.made(RANDOM), Marks.made(RANDOM)
FORMS = [pytest.param(form, id=name) for name, form in {**TEXT_PLANTS, **BINARY_PLANTS}.items()]


@pytest.mark.parametrize("form", FORMS)
def test_a_key_is_found_in_this_form_and_another_runs_key_is_not(form: Callable[[str], bytes]) -> None:
    noise = os.urandom(5000)
    assert Search(MARKS).hits(noise + form(MARKS.key(RANDOM)) + noise)
    assert not Search(MARKS).hits(noise + form(OTHER.key(RANDOM)) + noise)


@pytest.mark.parametrize("keep", [slice(MARK_CHARACTERS), slice(-MARK_CHARACTERS, None)])
def test_a_key_that_was_cut_to_its_first_or_last_characters_is_found(keep: slice) -> None:
    assert Search(MARKS).hits(MARKS.key(RANDOM)[keep].encode())


def test_no_two_keys_of_a_run_are_the_same() -> None:
    assert len({MARKS.key(RANDOM) for _ in range(400)}) == 400


def test_a_file_is_read_to_its_end_and_beyond_its_holes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "CHUNK_BYTES", 3 * pieces.OVERLAP_BYTES)
    key = MARKS.key(RANDOM).encode()
    for before in (0, 2 * pieces.OVERLAP_BYTES - 40, 3 * pieces.OVERLAP_BYTES - 40, 40 * 2**20):
        path = tmp_path / f"{before}"
        with path.open("wb") as file:
            file.seek(before)
            file.write(key)
            file.truncate(before + 2**20)
        assert any(Search(MARKS).hits(data) for _, data in pieces.files(path)), before


def test_a_core_file_is_known_by_its_first_bytes(tmp_path: Path) -> None:
    (tmp_path / "program").write_bytes(b"\x7fELF".ljust(16, b"\0") + b"\x02\x00")
    assert not core_files(tmp_path.iterdir(), since=0)
    (tmp_path / "anything").write_bytes(b"\x7fELF".ljust(16, b"\0") + b"\x04\x00")
    assert len(core_files(tmp_path.iterdir(), since=0)) == 1
