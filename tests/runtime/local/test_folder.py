"""The folder of the one-machine stack."""

from pathlib import Path

from tests.runtime.local.stand_ins import made


def test_a_secret_is_made_up_once_and_is_the_owners_alone(tmp_path: Path) -> None:
    folder = made(tmp_path / "local")
    first = folder.secret("password")
    assert made(tmp_path / "local").secret("password") == first != folder.secret("other")
    assert (folder.secrets / "password").stat().st_mode & 0o077 == 0
    assert folder.root.stat().st_mode & 0o077 == 0


def test_each_run_has_its_own_logs_and_the_last_ones_stay(tmp_path: Path) -> None:
    folder = made(tmp_path)
    for run in ("first", "second", "third"):
        folder.set_old_logs_aside()
        folder.log("mysql").write_text(run)
    assert folder.log("mysql").read_text() == "third"
    assert folder.log("mysql-previous").read_text() == "second"
