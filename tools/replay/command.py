"""The command line: where the recordings are, and whether to draw the result."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from tools.replay.figures import figures_of
from tools.replay.known import difference
from tools.replay.picture import picture
from tools.replay.prose import prose_figures
from tools.replay.recordings import Recordings, UnusableData, read_recordings
from tools.replay.remarks import CASCADE, basis
from tools.replay.tables import (
    cascade_table,
    disagreement_table,
    judge_table,
    known_table,
    prose_table,
    strategy_table,
)

MISUSE = 2


def main(arguments: Sequence[str] | None = None, *, console: Console | None = None) -> int:
    chosen = _parser().parse_args(arguments)
    try:
        _report(read_recordings(chosen.data), chosen.svg, console or Console(highlight=False))
    except UnusableData as error:
        sys.stderr.write(f"error: {error}\n")
        return MISUSE
    except OSError as error:
        sys.stderr.write(f"error: {error.filename}: {error.strerror}\n")
        return MISUSE
    return 0


def _report(recordings: Recordings, svg: Path | None, screen: Console) -> None:
    """Raises UnusableData, OSError."""
    figures = [figures_of(recordings, strategy) for strategy in recordings.strategies]
    nearest = min(figures, key=difference)
    rests_on = basis(recordings)
    prose = prose_figures(recordings)
    screen.print(known_table(nearest), strategy_table(figures), sep="\n\n")
    _say(screen, rests_on)
    screen.print(judge_table(nearest), cascade_table(figures), sep="\n\n")
    _say(screen, [CASCADE])
    screen.print(prose_table(prose), disagreement_table(prose), sep="\n\n")
    if svg is not None:
        svg.write_text(picture(nearest, figures, rests_on), encoding="utf-8")
        screen.print(f"Picture: {svg}", soft_wrap=True)


def _say(screen: Console, remarks: Sequence[str]) -> None:
    for remark in remarks:
        screen.print(remark, style="dim")
    screen.print()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tools.replay", description="Recorded verdicts of real judges through our own rules."
    )
    parser.add_argument("--data", type=Path, required=True, help="the folder of the recordings")
    parser.add_argument("--svg", type=Path, help="where to write the picture")
    return parser
