"""The command line: which commits, which labels, and what becomes of the comment."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from tools.template_diff.comment import Report, comment, comment_that_fits, failure_comment
from tools.template_diff.differences import compare
from tools.template_diff.programs import Failed
from tools.template_diff.stateful import LABEL, losses
from tools.template_diff.synthesis import synthesized

ROOT = Path(__file__).resolve().parents[2]
FINE, REFUSED, FAILED = 0, 1, 2


def main(arguments: Sequence[str] | None = None, *, repository: Path = ROOT) -> int:
    chosen = _parser().parse_args(arguments)
    try:
        report = _report(chosen, repository)
    except Failed as failed:
        _say(f"error: {failed}\n{failed.output}")
        if chosen.output:
            chosen.output.write_text(failure_comment(failed))
        return FAILED
    if chosen.output:
        chosen.output.write_text(comment_that_fits(report))
    else:
        sys.stdout.write(comment(report))
    _say(report.summary)
    if not report.refused:
        return FINE
    for loss in report.losses:
        _say(f"refused: {loss.resource.path} ({loss.resource.type}) {loss.happens}")
    return REFUSED


def _report(chosen: argparse.Namespace, repository: Path) -> Report:
    with TemporaryDirectory(prefix="template-diff-") as scratch:
        base = synthesized(repository, chosen.base, side="base", scratch=Path(scratch), say=_say)
        head = synthesized(repository, chosen.head, side="head", scratch=Path(scratch), say=_say)
        comparison = compare(base.templates, head.templates)
    return Report(
        base=base.name,
        head=head.name,
        comparison=comparison,
        losses=losses(comparison.differences),
        label_is_set=LABEL in chosen.label,
    )


def _say(text: str) -> None:
    """Beside the comment, which may be printed."""
    sys.stderr.write(f"{text.strip()}\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tools.template_diff",
        description="What a change does to every stack. Exit code 1: it would lose data and lacks the label for it.",
    )
    parser.add_argument("--base", required=True, help="the commit to compare with")
    parser.add_argument("--head", help="the commit to look at; default: the work tree")
    parser.add_argument("--label", action="append", default=[], help=f"of the pull request; only {LABEL} matters")
    parser.add_argument("--output", type=Path, help="write a comment that GitHub takes; default: print it whole")
    return parser
