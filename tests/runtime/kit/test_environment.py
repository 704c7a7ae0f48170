"""What a process is told by its environment, and what it does not start with."""

from pathlib import Path

import pytest

from config.topology import PERSISTENCE
from runtime.kit.environment import MYSQL_AUTHORITIES, read_environment
from tests.servers.tls import make_certificate


def test_the_authorities_of_mysql_are_the_systems_unless_a_file_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv(MYSQL_AUTHORITIES, raising=False)
    assert read_environment(PERSISTENCE).mysql_authorities is None
    named = make_certificate(tmp_path).file
    monkeypatch.setenv(MYSQL_AUTHORITIES, str(named))
    assert read_environment(PERSISTENCE).mysql_authorities == named


@pytest.mark.parametrize("text", [None, "", "not a certificate"])
def test_authorities_that_are_not_there_or_are_none_end_the_start_in_one_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str | None
) -> None:
    named = tmp_path / "authorities.pem"
    if text is not None:
        named.write_text(text)
    monkeypatch.setenv(MYSQL_AUTHORITIES, str(named))
    with pytest.raises(SystemExit, match=r"error: LLM_JUDGE_MYSQL_CA_FILE=.*authorities.pem is no PEM file"):
        read_environment(PERSISTENCE)
