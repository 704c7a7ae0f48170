"""Reading JSON lines: what is wrong is named by its line, and the rest goes on."""

from pathlib import Path

import pytest

from runtime.api_client.chosen_models import choose_models
from runtime.api_client.items import read_items

KEYS = {"OPENAI_API_KEY": " sk-1 ", "GEMINI_API_KEY": "g-1"}


def lines(path: Path, *content: bytes) -> Path:
    path.write_bytes(b"\n".join(content))
    return path


def test_a_malformed_line_is_named_and_the_rest_is_read(tmp_path: Path) -> None:
    path = lines(tmp_path / "a.jsonl", b'{"input": "x"}', b"{not json", b"", b"[1]", b'{"input": "y"}')
    items, malformed = read_items([path])
    assert [item.body["input"] for item in items] == ["x", "y"]
    assert [item.where for item in items] == ["a.jsonl:1", "a.jsonl:5"]
    assert [(line.where, line.reason.split(":")[0]) for line in malformed] == [
        ("a.jsonl:2", "not valid JSON"),
        ("a.jsonl:4", "not a JSON object"),
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"input": "\xff"}', "not valid UTF-8"),
        (b'{"input": NaN}', "NaN and Infinity are not JSON"),
        (b'{"input": ' + b"[" * 100_000, "nested too deeply"),
    ],
)
def test_a_line_that_no_gateway_could_read_is_refused_here(tmp_path: Path, line: bytes, reason: str) -> None:
    _, malformed = read_items([lines(tmp_path / "a.jsonl", line)])
    assert [found.reason for found in malformed] == [reason]


def test_a_byte_order_mark_is_no_part_of_the_first_line(tmp_path: Path) -> None:
    items, malformed = read_items([lines(tmp_path / "a.jsonl", b'\xef\xbb\xbf{"input": "x"}')])
    assert (len(items), malformed) == (1, [])


def test_a_line_is_called_by_its_own_id_which_is_not_sent(tmp_path: Path) -> None:
    path = lines(
        tmp_path / "a.jsonl",
        b'{"id": "first", "input": "x"}',
        b'{"input": "x", "metadata": {"id": "second"}}',
        b'{"custom_id": "esc\\u001b[31m", "input": "x"}',
        b'{"input": "x"}',
    )
    items, _ = read_items([path])
    assert [item.name for item in items] == ["first", "second", "esc?[31m", "a.jsonl:4"]
    assert all(set(item.body) <= {"input", "metadata"} for item in items)


def test_without_keys_the_deployments_own_models_are_asked() -> None:
    models = choose_models({})
    assert models.applied_to({"input": "x"}) == {"input": "x"}
    assert dict(models.headers) == {}


def test_keys_and_model_names_switch_to_the_providers() -> None:
    models = choose_models(
        KEYS | {"LLM_JUDGE_CANDIDATE_MODEL": "some-model", "LLM_JUDGE_JUDGE_MODEL": "google/other-model"}
    )
    assert models.applied_to({"input": "x"}) == {
        "input": "x",
        "candidate": {"model": "openai/some-model"},
        "judge": {"model": "google/other-model"},
    }
    assert dict(models.headers) == {"X-OpenAI-Api-Key": "sk-1", "X-Google-Api-Key": "g-1"}
    assert models.notes == ()


def test_a_line_keeps_the_model_it_names_and_an_answer_needs_no_candidate() -> None:
    models = choose_models(KEYS | {"LLM_JUDGE_CANDIDATE_MODEL": "a", "LLM_JUDGE_JUDGE_MODEL": "b"})
    own = {"input": "x", "output": "y", "judge": {"model": "local/mine", "reference": "z"}}
    assert models.applied_to(own) == own


def test_a_key_without_a_model_name_is_pointed_out() -> None:
    notes = choose_models(KEYS).notes
    assert len(notes) == 2
    assert not any("sk-1" in note or "g-1" in note for note in notes)
