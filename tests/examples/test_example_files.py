import json
from pathlib import Path

import pytest

from runtime.api_client.items import read_lines
from runtime.cli.labelled import Labels
from runtime.gateway.schemas import EvaluationIn

EXAMPLES = Path(__file__).parents[2] / "examples"
FILES = sorted(EXAMPLES.glob("*.jsonl"))


def rows(path: Path) -> list[EvaluationIn]:
    return [EvaluationIn.model_validate_json(line) for line in path.read_text().splitlines()]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_line_is_a_request_of_the_api_that_names_no_model(path: Path) -> None:
    for row in rows(path):
        assert row.candidate.model is None
        assert row.judge.model is None


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_ids_are_unique_and_texts_short(path: Path) -> None:
    ids = [row.metadata["id"] for row in rows(path)]
    assert len(set(ids)) == len(ids)
    assert all(len(json.loads(line).get("output", "").split()) < 120 for line in path.read_text().splitlines())


def test_answers_to_judge_are_labelled_good_and_bad_about_evenly() -> None:
    answers = rows(EXAMPLES / "judge_answers.jsonl")
    assert all(row.output for row in answers)
    good = sum(row.metadata["expected"] == "good" for row in answers)
    bad = sum(row.metadata["expected"] == "bad" for row in answers)
    assert good + bad == len(answers)
    assert abs(good - bad) <= 4


def test_questions_to_answer_first_bring_no_answer() -> None:
    assert all(row.output is None for row in rows(EXAMPLES / "questions.jsonl"))


LABELLED = sorted((EXAMPLES / "labelled").glob("*.jsonl"))


@pytest.mark.parametrize("path", LABELLED, ids=lambda path: path.stem)
def test_every_labelled_line_is_read_and_becomes_a_request_of_the_api(path: Path) -> None:
    lines, malformed = read_lines([path], Labels().read)
    assert not malformed
    assert len({line.item.name for line in lines}) == len(lines)
    for line in lines:
        EvaluationIn.model_validate(line.item.body)


def test_the_labels_of_answers_and_pairs_are_balanced_and_the_longer_answer_is_no_guide() -> None:
    answers, _ = read_lines([EXAMPLES / "labelled" / "answers.jsonl"], Labels().read)
    pairs, _ = read_lines([EXAMPLES / "labelled" / "pairs.jsonl"], Labels().read)
    assert sum(line.label["passed"] for line in answers) * 2 == len(answers)
    assert sum(line.label["preference"] == "output" for line in pairs) * 2 == len(pairs)
    longer = [("output" if len(p.item.body["output"]) > len(p.item.body["baseline"]) else "baseline") for p in pairs]
    assert sum(who == pair.label["preference"] for who, pair in zip(longer, pairs, strict=True)) < len(pairs) / 2
