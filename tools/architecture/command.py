"""The command line: from which templates, of which environment, and where the picture goes."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from config.environments import CLOUD_ENVIRONMENTS
from tools.architecture.model import read_architecture
from tools.architecture.picture import picture
from tools.architecture.svg import svg
from tools.architecture.templates import UnreadableTemplates, read_templates

MISUSE = 2


def main(arguments: Sequence[str] | None = None) -> int:
    chosen = _parser().parse_args(arguments)
    names = CLOUD_ENVIRONMENTS[chosen.environment].names
    try:
        architecture = read_architecture(read_templates(chosen.templates, names.umbrella_stack))
        chosen.svg.write_text(svg(picture(architecture, names.prefix)))
    except UnreadableTemplates as error:
        sys.stderr.write(f"error: {error}\n")
        return MISUSE
    except OSError as error:
        sys.stderr.write(f"error: {error.filename}: {error.strerror}\n")
        return MISUSE
    sys.stdout.write(f"Picture: {chosen.svg}\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tools.architecture", description="Draw an environment as its templates describe it."
    )
    parser.add_argument("--templates", type=Path, default=Path("cdk.out"), help="where synth left them")
    parser.add_argument("--environment", choices=list(CLOUD_ENVIRONMENTS), default="dev", help="which environment")
    parser.add_argument("--svg", type=Path, required=True, help="where to write the picture")
    return parser
