"""Where the one-machine stack keeps everything: one ignored folder, readable by its owner only."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

PRIVATE_FOLDER = 0o700
PREVIOUS = "-previous"
SUPERVISOR = "supervisor"


@dataclass(frozen=True)
class Folder:
    root: Path

    @property
    def stack_file(self) -> Path:
        return self.root / "run" / "stack.json"

    @property
    def lock_file(self) -> Path:
        return self.root / "run" / "lock"

    @property
    def secrets(self) -> Path:
        """Mounted by External Secrets in a cluster: one value per file."""
        return self.root / "secrets"

    def log(self, part: str) -> Path:
        return self.root / "logs" / f"{part}.log"

    def state(self, part: str) -> Path:
        """A part's own folder, made on first use."""
        folder = self.root / part
        folder.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
        return folder

    def create(self) -> None:
        self.root.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        for name in ("logs", "run", "secrets"):
            self.state(name)

    def set_old_logs_aside(self) -> None:
        """Each run writes its own; those of the run before stay readable."""
        for log in (self.root / "logs").glob("*.log"):
            if not log.stem.endswith(PREVIOUS) and log != self.log(SUPERVISOR):
                log.replace(log.with_stem(log.stem + PREVIOUS))

    def secret(self, name: str) -> str:
        """Made up once and kept, so that a restart finds what the servers were set up with."""
        path = self.secrets / name
        if not path.is_file():
            self.write_secret(name, secrets.token_urlsafe(24))
        return path.read_text()

    def write_secret(self, name: str, value: str) -> None:
        write_private(self.secrets / name, value)


def local_folder() -> Folder:
    return Folder(Path(os.environ.get("LLM_JUDGE_LOCAL_DIR", ".local")).absolute())


def write_private(path: Path, text: str) -> None:
    """In one step: a reader sees the old text or the new one, and a kill leaves no half of it."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)
