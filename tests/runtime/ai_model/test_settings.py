from pathlib import Path

import pytest
from pydantic import ValidationError

from runtime.ai_model.settings import UnknownModel, read_settings, usable_cpus


def test_without_any_variable_the_default_model_is_served_on_loopback() -> None:
    settings = read_settings({"XDG_CACHE_HOME": "/caches"})
    assert settings.model_name == "qwen2.5-coder-1.5b"
    assert settings.weights == Path("/caches/llm-judge/models/qwen2.5-coder-1.5b-instruct-q4_k_m.gguf")
    assert (settings.host, settings.port) == ("127.0.0.1", 8005)
    assert settings.threads == usable_cpus()


def test_a_model_of_the_catalogue_is_chosen_by_its_name() -> None:
    settings = read_settings({"LLM_JUDGE_MODEL": "smollm2-135m", "LLM_JUDGE_MODEL_CACHE": "/models"})
    assert settings.weights == Path("/models/smollm2-135m-instruct-q4_1.gguf")
    assert settings.catalogued


def test_own_weights_are_named_after_their_file_unless_a_name_is_given() -> None:
    unnamed = read_settings({"MODEL_PATH": "/weights/tiny.gguf"})
    named = read_settings({"MODEL_PATH": "/weights/tiny.gguf", "LLM_JUDGE_MODEL": "our-model"})
    assert (unnamed.model_name, named.model_name) == ("tiny", "our-model")
    assert not unnamed.catalogued


def test_an_unknown_model_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(UnknownModel, match=r"smollm2-135m.*MODEL_PATH"):
        read_settings({"LLM_JUDGE_MODEL": "nobody-knows-me"})


@pytest.mark.parametrize(("threads", "slots"), [("1", 2), ("2", 2), ("3", 3), ("4", 4), ("32", 4)])
def test_there_are_as_many_slots_as_threads_within_what_both_stages_and_the_memory_need(
    threads: str, slots: int
) -> None:
    assert read_settings({"MODEL_THREADS": threads}).slots == slots
    assert read_settings({"MODEL_THREADS": threads, "MODEL_SLOTS": "7"}).slots == 7


@pytest.mark.parametrize(
    ("variable", "value"), [("MODEL_SLOTS", "0"), ("MODEL_THREADS", "many"), ("LLM_JUDGE_PORT", "70000")]
)
def test_a_number_out_of_its_range_is_refused(variable: str, value: str) -> None:
    with pytest.raises(ValidationError):
        read_settings({variable: value})
