"""A model is named provider/model; anything else is refused before it reaches a provider."""

import pytest
from pydantic import TypeAdapter, ValidationError

from config.topology import Provider
from runtime.contracts.models import ModelName, ModelRef, parse_model

NAME: TypeAdapter[str] = TypeAdapter(ModelName)


@pytest.mark.parametrize(
    ("name", "ref"),
    [
        ("openai/gpt-5.5", ModelRef(Provider.OPENAI, "gpt-5.5")),
        ("google/gemini-3.8-flash", ModelRef(Provider.GOOGLE, "gemini-3.8-flash")),
        ("local/qwen2.5:1.5b", ModelRef(Provider.LOCAL, "qwen2.5:1.5b")),
        ("openai/ft/team/gpt", ModelRef(Provider.OPENAI, "ft/team/gpt")),
        ("local/" + "x" * 127, ModelRef(Provider.LOCAL, "x" * 127)),
    ],
)
def test_a_name_is_read_into_provider_and_model(name: str, ref: ModelRef) -> None:
    assert parse_model(name) == ref
    assert NAME.validate_python(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        "gpt-5.5",
        "openai/",
        "/gpt",
        "OpenAI/gpt",
        "azure/gpt",
        "openai/ gpt",
        "openai/gpt\n",
        "openai/../secrets",
        "openai/gpt?key=1",
        "openai/gpt#x",
        "openai/gpt%2e",
        "openai/gpt\u00e9",
        "local/" + "x" * 128,
    ],
)
def test_any_other_name_is_refused_by_both_readers(name: str) -> None:
    with pytest.raises(ValueError, match="provider/model"):
        parse_model(name)
    with pytest.raises(ValidationError):
        NAME.validate_python(name)
