"""The SQL of `request_history`, in words that MySQL, MariaDB and seekdb all understand."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from config.naming import HISTORY_TABLE
from runtime.contracts.history import HistoryFilter
from runtime.contracts.states import Cursor
from runtime.persistence.rows import COLUMNS, READ_COLUMNS, Row, utc

MAX_SELECT_MILLISECONDS = 4000
"""The server's own limit for a list; MariaDB and seekdb read the hint as a comment."""


@dataclass(frozen=True)
class Statement:
    sql: str
    args: tuple[Any, ...]


def insert(rows: Sequence[Row]) -> Statement:
    """Leaves a row that is there as it is. Affected rows: how many were new."""
    placeholders = f"({', '.join(['%s'] * len(COLUMNS))})"
    return Statement(
        f"INSERT INTO {HISTORY_TABLE} ({', '.join(COLUMNS)}) VALUES {', '.join([placeholders] * len(rows))} "  # noqa: S608
        # INSERT IGNORE would also turn a value that does not fit into a warning and a cut value.
        "ON DUPLICATE KEY UPDATE request_id = request_id",
        tuple(value for row in rows for value in row.values),
    )


def select_by_id(request_ids: Sequence[UUID]) -> Statement:
    return Statement(
        f"SELECT {READ_COLUMNS} FROM {HISTORY_TABLE} "  # noqa: S608
        f"WHERE request_id IN ({', '.join(['%s'] * len(request_ids))})",
        tuple(map(str, request_ids)),
    )


def select_page(*, tenant: str, limit: int, after: Cursor | None, where: HistoryFilter) -> Statement:
    """The ids come from an index, in order; only those of the page are then read with their documents."""
    conditions = [("tenant = %s", (tenant,)), *after_condition(after), *_filters(where)]
    return Statement(
        f"SELECT /*+ MAX_EXECUTION_TIME({MAX_SELECT_MILLISECONDS}) */ {READ_COLUMNS} "  # noqa: S608
        f"FROM (SELECT request_id AS page_id FROM {HISTORY_TABLE} "
        f"WHERE {' AND '.join(condition for condition, _ in conditions)} "
        "ORDER BY created_at DESC, request_id DESC LIMIT %s) AS page "
        f"JOIN {HISTORY_TABLE} ON request_id = page_id",
        (*(value for _, values in conditions for value in values), limit),
    )


Condition = tuple[str, tuple[Any, ...]]


def after_condition(cursor: Cursor | None, *, key: str = "request_id") -> list[Condition]:
    if cursor is None:
        return []
    at = utc(cursor.created_at)
    # The first half is what an index can start from; MySQL does not for a comparison of tuples.
    return [(f"created_at <= %s AND (created_at < %s OR {key} < %s)", (at, at, str(cursor.request_id)))]


def _filters(where: HistoryFilter) -> list[Condition]:
    conditions: list[Condition] = [
        (f"{column} {operator} %s", (value,))
        for column, operator, value in (
            ("status", "=", where.status),
            ("outcome", "=", where.outcome),
            ("judge_model", "=", where.judge_model),
            ("candidate_model", "=", where.candidate_model),
            ("score", ">=", where.min_score),
            ("score", "<=", where.max_score),
            ("run", "=", where.run),
        )
        if value is not None
    ]
    if where.metadata:
        conditions.append(("JSON_CONTAINS(metadata, %s)", (orjson.dumps(where.metadata).decode(),)))
    return conditions
