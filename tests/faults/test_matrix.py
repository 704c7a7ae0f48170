"""Every fault of the matrix is shown by a test, or says why not."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.matrix import MATRIX, NOT_RUN, Row

TESTS = Path(__file__).parents[1]


def marked_rows() -> Iterator[tuple[str, str]]:
    """Each marked row and its file, from the source: it holds whichever tests are run."""
    for path in TESTS.rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.fault":
                for argument in node.args:
                    yield str(ast.literal_eval(argument)), path.name


MARKED = tuple(marked_rows())


@pytest.mark.parametrize("row", MATRIX, ids=lambda row: row.id)
def test_a_row_is_shown_by_a_test_or_names_the_reason_why_not(row: Row) -> None:
    shown = {name for name, _ in MARKED}
    assert row.id in shown or row.id in NOT_RUN
    assert not (row.id in shown and row.id in NOT_RUN), "it is shown: remove its reason"


def test_the_rows_are_numbered_without_a_gap() -> None:
    assert [row.id for row in MATRIX] == [f"F{number}" for number in range(1, len(MATRIX) + 1)]
    assert len(MATRIX) == 57


def test_no_test_names_a_row_that_is_not_there() -> None:
    known = {row.id for row in MATRIX}
    assert [(name, file) for name, file in MARKED if name not in known] == []
