"""JSON and what only looks like it: made-up values, and valid documents with one thing wrong."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from hypothesis import strategies as st

ANY_TEXT = st.text(st.characters(codec=None), max_size=30)
"""Lone surrogates and NUL included."""
ANY_NUMBER = st.integers() | st.integers(10**300, 10**320) | st.floats()
ANY_VALUE = st.recursive(
    st.none() | st.booleans() | ANY_NUMBER | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ANY_TEXT, inner, max_size=4),
    max_leaves=12,
)
DEEP, HUGE_BYTES = 10_000, 10_000_000


def written(value: Any) -> str:
    """As Python's writer does: NaN and Infinity in words, surrogates escaped."""
    return json.dumps(value)


STRANGE: Mapping[str, Callable[[str], str]] = {
    "nothing": lambda _: "",
    "a blank": lambda _: " ",
    "null": lambda _: "null",
    "a byte order mark": lambda valid: "\ufeff" + valid,
    "cut": lambda valid: valid[:-1],
    "twice": lambda valid: valid * 2,
    "a word behind": lambda valid: valid + " and more",
    "in a fence": lambda valid: f"```json\n{valid}\n```",
    "in a list": lambda valid: f"[{valid}]",
    "NUL behind": lambda valid: valid + "\0",
    "deep lists": lambda _: "[" * DEEP,
    "deep objects": lambda _: '{"a":' * DEEP,
    "a deep unknown field": lambda valid: _with(valid, f'"deep":{"[" * DEEP}{"]" * DEEP}'),
    "a huge unknown field": lambda valid: _with(valid, f'"huge":"{"a" * HUGE_BYTES}"'),
    "a huge number": lambda valid: _with(valid, f'"number":{"9" * 100_000}'),
    "an unknown field that is not Unicode": lambda valid: _with(valid, f'"{chr(0xD800)}":1'),
    "an unknown field that is half a pair": lambda valid: _with(valid, '"\\ud800":1'),
    "an unknown field that is no number": lambda valid: _with(valid, '"nan":NaN'),
}
"""From a valid object to a text that is none, each by what is strange about it."""


def _with(valid: str, field: str) -> str:
    return f"{{{field},{valid[1:]}"


def changed(document: Any) -> st.SearchStrategy[str]:
    """A valid document with one value replaced, one field gone, renamed or repeated; rarely still a valid one."""
    paths = list(_paths(document))
    return st.one_of(
        st.builds(lambda path, value: written(_replaced(document, path, value)), st.sampled_from(paths), ANY_VALUE),
        st.builds(lambda path: written(_without(document, path)), st.sampled_from(paths)),
        st.builds(lambda name, value: written(document | {name: value}), ANY_TEXT, ANY_VALUE),
        st.builds(
            lambda name, value: f"{{{written(name)}:{written(value)},{written(document)[1:]}",
            st.sampled_from(sorted(document)),
            ANY_VALUE,
        ),
    )


def _paths(value: Any) -> Iterator[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in items:
        yield (name,)
        yield from ((name, *rest) for rest in _paths(inner))


def _replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = _replaced(copy[path[0]], path[1:], new)
    return copy


def _without(value: Any, path: tuple[Any, ...]) -> Any:
    copy = dict(value) if isinstance(value, dict) else list(value)
    if len(path) == 1:
        del copy[path[0]]
    else:
        copy[path[0]] = _without(copy[path[0]], path[1:])
    return copy
