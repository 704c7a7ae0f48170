"""Checks objects of the add-ons' kinds against npm's models of them, which are made from the add-ons' own source.

The models' types know every field, and so refuse one that is misspelt; their own check knows which values a field
takes, and lets an unknown field pass. So the objects become a TypeScript program that is compiled, then run.
"""

import json
import subprocess
from pathlib import Path

from tests.charts.manifests import Manifest

NODE_MODULES = Path(__file__).resolve().parents[2] / "node_modules"
COMPILER = NODE_MODULES / "typescript" / "bin" / "tsc"
STRICT = ("--strict", "--skipLibCheck", "--module", "nodenext")
MODELS = {"external-secrets.io": "@kubernetes-models/external-secrets", "keda.sh": "@kubernetes-models/keda"}
"""The npm package for each API group: of External Secrets 0.16, the first with `v1`, and of KEDA 2.19.

The cluster's are newer: within one API version fields are added, and none is taken away.
"""


def is_of_an_add_on(manifest: Manifest) -> bool:
    return _group(manifest) in MODELS


def complaint(objects: list[Manifest], folder: Path) -> str:
    """What is wrong with them; empty: nothing. `folder` is empty and takes the program."""
    (folder / "node_modules").symlink_to(NODE_MODULES)
    program = folder / "objects.mts"
    program.write_text("".join(_statements(number, each) for number, each in enumerate(objects)))
    return _run(COMPILER, *STRICT, program) or _run(program.with_suffix(".mjs"))


def _statements(number: int, manifest: Manifest) -> str:
    kind, version = manifest["kind"], manifest["apiVersion"]
    fields = json.dumps({name: value for name, value in manifest.items() if name not in ("apiVersion", "kind")})
    return (
        f'import {{ {kind} as Kind{number} }} from "{MODELS[_group(manifest)]}/{version}/{kind}";\n'
        f"new Kind{number}({fields}).validate();\n"
    )


def _group(manifest: Manifest) -> str:
    group: str = manifest["apiVersion"].partition("/")[0]
    return group


def _run(script: Path, *arguments: str | Path) -> str:
    done = subprocess.run(["node", script, *arguments], capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return ""
    return done.stdout + done.stderr or f"{script.name} ended with {done.returncode}"
