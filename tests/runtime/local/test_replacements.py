"""A MySQL, a Redis, an AWS endpoint of one's own."""

import pytest

from runtime.local.aws_access import emulator_access, named_access
from runtime.local.child_environment import child_environment, supervisor_environment
from runtime.local.replacements import BadReplacement, read_replacements

KEYS = {"OPENAI_API_KEY": "sk-secret", "GOOGLE_API_KEY": "g-secret", "GEMINI_API_KEY": "g2-secret"}


def test_nothing_is_replaced_without_being_asked() -> None:
    found = read_replacements({"PATH": "/bin", "LLM_JUDGE_MYSQL_URL": ""})
    assert (found.mysql, found.redis, found.aws_endpoint_url) == (None, None, None)


def test_a_mysql_url_gives_address_and_credentials() -> None:
    found = read_replacements({"LLM_JUDGE_MYSQL_URL": "mysqls://app:p%40ss@db.example:3307/judge"}).mysql
    assert found is not None
    assert (found.address.host, found.address.port, found.address.database, found.address.tls) == (
        *("db.example", 3307, "judge"),
        True,
    )
    assert (found.username, found.password) == ("app", "p@ss")


def test_a_redis_url_may_leave_out_the_usual() -> None:
    found = read_replacements({"LLM_JUDGE_REDIS_URL": "redis://cache"}).redis
    assert found is not None
    assert (found.address.host, found.address.port, found.address.tls, found.password) == ("cache", 6379, False, "")


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("LLM_JUDGE_MYSQL_URL", "postgres://u:hidden@h/db"),
        ("LLM_JUDGE_MYSQL_URL", "mysql://h/db"),
        ("LLM_JUDGE_MYSQL_URL", "mysql://u:hidden@h:port/db"),
        ("LLM_JUDGE_REDIS_URL", "redis://user:hidden@h"),
        ("LLM_JUDGE_REDIS_URL", "redis://:hidden@h/3"),
        ("LLM_JUDGE_REDIS_URL", "redis://"),
    ],
)
def test_a_url_that_cannot_be_used_names_its_variable_and_not_its_value(name: str, url: str) -> None:
    with pytest.raises(BadReplacement, match=name) as refused:
        read_replacements({name: url})
    assert "hidden" not in str(refused.value)


def test_the_parts_get_no_key_of_the_shell() -> None:
    shell = KEYS | {"PATH": "/bin", "AWS_PROFILE": "work", "AWS_ENDPOINT_URL": "http://e", "LLM_JUDGE_MODEL": "m"}
    for environment in (child_environment(shell), supervisor_environment(shell)):
        assert not set(KEYS) & set(environment)
        assert environment["LLM_JUDGE_MODEL"] == "m"
    assert "AWS_PROFILE" not in child_environment(shell)
    assert supervisor_environment(shell)["AWS_ENDPOINT_URL"] == "http://e"


def test_the_emulator_is_reached_without_the_laptops_own_aws_profile() -> None:
    access = emulator_access(4566)
    assert access["AWS_ENDPOINT_URL"] == "http://127.0.0.1:4566"
    assert access["AWS_CONFIG_FILE"] == access["AWS_SHARED_CREDENTIALS_FILE"] == "/dev/null"


def test_another_endpoint_is_reached_with_the_credentials_that_are_given() -> None:
    given = {"AWS_ENDPOINT_URL": "http://e", "AWS_ACCESS_KEY_ID": "mine", "AWS_DEFAULT_REGION": "eu-west-1"}
    assert named_access(given | {"PATH": "/bin"}) == given | {"AWS_REGION": "eu-west-1"}


def test_another_emulator_needs_no_credentials() -> None:
    access = named_access({"AWS_ENDPOINT_URL": "http://e"})
    assert access["AWS_ACCESS_KEY_ID"] == access["AWS_SECRET_ACCESS_KEY"] == "local"
