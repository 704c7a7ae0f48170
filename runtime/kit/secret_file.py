"""A mounted secret: read again when its file has changed, so that a rotation needs no restart."""

from pathlib import Path

from pydantic import SecretStr


class SecretFile:
    """Calling it gives the value; None where there is no file, or an empty one."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, int, int] | None = None
        self._value: SecretStr | None = None

    def __call__(self) -> SecretStr | None:
        try:
            about = self._path.stat()
            seen = (about.st_ino, about.st_mtime_ns, about.st_size)
            if seen != self._seen:
                text = self._path.read_text().strip()
                self._value = SecretStr(text) if text else None
                self._seen = seen
        except FileNotFoundError:
            self._seen, self._value = None, None
        except (OSError, UnicodeDecodeError):
            pass  # half replaced: the last value stays, and the next call looks again
        return self._value
