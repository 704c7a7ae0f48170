"""The files of the services' image, made without Docker: by the same script, into a root that holds nothing else."""

import os
import platform
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

from charts.pod import USER
from config.mounted_secrets import MOUNT_PATH
from runtime.kit.environment import MYSQL_AUTHORITIES
from tests.images.recipe import copy_into, last_stage, only
from tests.servers.tls import make_certificate

SOURCE, INSTALLED = "/source", "/opt/llm-judge"
"""As in images/service.Dockerfile; a test holds one against the other."""
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
"""Docker's names, by the kernel's."""
SYSTEM_FOLDERS = ("/usr", "/lib", "/lib64", "/bin", "/etc/ssl")
"""What a base image brings: the system's libraries, and the authorities of TLS."""


@dataclass(frozen=True)
class Tree:
    root: Path

    @property
    def installed(self) -> Path:
        return self.root / INSTALLED.lstrip("/")

    def mount_secret(self, name: str, value: str) -> None:
        """As the kubelet does: readable for the pod's user and nobody else."""
        folder = self.root / MOUNT_PATH.lstrip("/")
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / name
        file.write_text(value)
        file.chmod(0o440)
        os.chown(file, USER, USER)

    def start(self, *arguments: str, environment: dict[str, str], log: Path) -> "subprocess.Popen[bytes]":
        """The image's entry point with the pod's arguments: no root, a read-only root, /tmp in memory."""
        python = Path(sys.base_prefix) / "bin" / "python3"
        packages = sysconfig.get_path("purelib", vars={"base": sys.base_prefix})
        steps = [
            "set -e",
            f"mount --bind -o ro {self.root} {self.root}",
            f"mount -o remount,bind,ro {self.root}",
            *(f"mount --rbind {folder} {self.root}{folder}" for folder in mounted_folders()),
            # The base image's Python has no packages but pip.
            f"mount -t tmpfs -o ro tmpfs {self.root}{packages}",
            f"mount -t tmpfs -o size=64m,mode=1777 tmpfs {self.root}/tmp",
            f"mount --rbind /dev {self.root}/dev",
            f'exec chroot --userspec={USER}:{USER} --groups= {self.root} {python} "$@"',
        ]
        with log.open("wb") as output:
            return subprocess.Popen(
                ["unshare", "--mount", "--propagation=private", "sh", "-c", "\n".join(steps), "image", *arguments],
                env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", **image_environment(), **environment},
                stdout=output,
                stderr=output,
            )


def mounted_folders() -> list[str]:
    """The interpreter may be elsewhere than in /usr."""
    found = [folder for folder in (*SYSTEM_FOLDERS, sys.base_prefix) if Path(folder).is_dir()]
    return [folder for folder in found if not any(folder.startswith(f"{other}/") for other in found)]


def image_environment() -> dict[str, str]:
    return dict(part.split("=", 1) for part in only(last_stage("service"), "ENV").split())


def build_tree(root: Path, *, architecture: str | None = None) -> Tree:
    """For this machine, or for another one, on which alone it can run then."""
    tree = Tree(root)
    stage = root.parent / f"{root.name}-first-stage"
    copy_into(stage, "service")
    source = stage / SOURCE.lstrip("/")
    subprocess.run(
        [source / "images" / "install", source, tree.installed, architecture or ARCHITECTURES[platform.machine()]],
        env={**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "PYTHONPATH": ""},
        check=True,
    )
    # Those of RDS, which the recipe fetches, would tell nothing more.
    shutil.copy(make_certificate(stage).file, root / image_environment()[MYSQL_AUTHORITIES].lstrip("/"))
    for folder in ("tmp", "dev", *(each.lstrip("/") for each in mounted_folders())):
        (root / folder).mkdir(parents=True, exist_ok=True)
    # As in an image: everybody may look.
    root.chmod(0o755)
    root.parent.chmod(0o755)
    return tree
