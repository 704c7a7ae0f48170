"""A number in a request is a number: neither `true` nor text is taken for one."""

import pytest
from pydantic import BaseModel, ValidationError

from runtime.contracts.evaluation import CandidateParameters
from runtime.contracts.rubric import Criterion, Rubric

CRITERIA = '"criteria":[{"name":"a","question":"Is it?"}]'


@pytest.mark.parametrize(
    ("model", "text"),
    [
        *((CandidateParameters, f'{{"{name}":true}}') for name in ("temperature", "top_p", "max_tokens", "seed")),
        (CandidateParameters, '{"max_tokens":"5"}'),
        (Criterion, '{"name":"a","question":"Is it?","weight":true}'),
        (Rubric, f'{{"name":"r","version":true,{CRITERIA}}}'),
        (Rubric, f'{{"name":"r","version":"2",{CRITERIA}}}'),
    ],
)
def test_what_is_no_number_is_refused(model: type[BaseModel], text: str) -> None:
    with pytest.raises(ValidationError):
        model.model_validate_json(text)


def test_a_whole_number_is_a_temperature_and_a_weight() -> None:
    assert CandidateParameters.model_validate_json('{"temperature":1}').temperature == 1.0
    assert Criterion.model_validate_json('{"name":"a","question":"Is it?","weight":2}').weight == 2.0
