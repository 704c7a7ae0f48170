"""The comment: what changes in which stack, what would be lost, and the whole `cdk diff` folded away."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tools.template_diff.differences import Comparison, Difference, Kind, ResourceChange, Standing
from tools.template_diff.fitting import longest_that_fits, shortened
from tools.template_diff.programs import Failed
from tools.template_diff.stateful import HAPPENS, LABEL, Loss

MARKER = "<!-- template-diff -->"
"""The first line: by it the comment is found again and replaced."""

GITHUB_COMMENT_CHARS = 65_536
NOTE_CHARS = 200
"""Enough for the line that says that a diff was shortened."""
FAILURE_OUTPUT_CHARS = 8_000


@dataclass(frozen=True)
class Report:
    base: str
    head: str
    comparison: Comparison
    losses: tuple[Loss, ...]
    label_is_set: bool

    @property
    def refused(self) -> bool:
        return bool(self.losses) and not self.label_is_set

    @property
    def summary(self) -> str:
        changed = len(self.comparison.differences)
        if not changed:
            return f"No changes: the templates of all {self.comparison.stacks} stacks are the same"
        counts = sum((it.counts for it in self.comparison.differences), Counter[Kind]())
        counted = ", ".join(f"{counts[it]} {it}" for it in Kind)
        return f"Changes in {changed} of {self.comparison.stacks} stacks: {counted}"


def comment(report: Report) -> str:
    """Whole, however long it is."""
    return _assembled(report, [it.text for it in report.comparison.differences])


def comment_that_fits(report: Report) -> str:
    """With the longest diffs shortened until GitHub takes it; all else stays whole."""
    texts = [it.text for it in report.comparison.differences]
    room = GITHUB_COMMENT_CHARS - len(_assembled(report, [""] * len(texts))) - NOTE_CHARS * len(texts)
    longest = longest_that_fits([len(text) for text in texts], room)
    note = f"make diff BASE={report.base} prints them all"
    return _assembled(report, [shortened(text, longest, note) for text in texts])


def failure_comment(failed: Failed) -> str:
    """Says so in the place of an older result, which would be wrong by now."""
    lines = (MARKER, "### The stacks could not be compared", "", f"{failed}.", "")
    return "\n".join((*lines, *_fenced(failed.output[-FAILURE_OUTPUT_CHARS:]), ""))


def _assembled(report: Report, texts: Sequence[str]) -> str:
    differences = report.comparison.differences
    lines = [MARKER, f"### {report.summary}", "", f"From {report.base} to {report.head}.", ""]
    if differences:
        lines += ["| stack | added | changed | replaced | removed | beware |", "|---|--:|--:|--:|--:|---|"]
        lines += [_row(it, report.losses) for it in differences]
        lines += ["", *_verdict(report)]
    for difference, text in zip(differences, texts, strict=True):
        lines += _details(difference, text)
    return "\n".join(lines)


def _row(difference: Difference, losses: Sequence[Loss]) -> str:
    counts = difference.counts
    beware = {
        "**loses data**": any(loss.stack == difference.stack for loss in losses),
        "new stack": difference.standing is Standing.NEW,
        "**stack is gone**": difference.standing is Standing.GONE,
        "IAM": difference.iam,
        "security groups": difference.security_groups,
        "**wider access**": difference.broadened and difference.standing is Standing.KEPT,
    }
    cells = [f"**{counts[it]}**" if counts[it] and it in (Kind.REPLACED, Kind.REMOVED) else counts[it] for it in Kind]
    marks = ", ".join(mark for mark, applies in beware.items() if applies)
    return f"| {' | '.join(map(str, (difference.stack, *cells, marks)))} |"


def _verdict(report: Report) -> Iterator[str]:
    if not report.losses:
        return
    if report.refused:
        yield f"**Refused**: something would be lost. If that is meant, set the label `{LABEL}`."
    else:
        yield f"**Allowed by the label `{LABEL}`**, though something will be lost:"
    yield ""
    yield from _listed((it.resource, it.happens, f". Lost with it: {it.lost}.") for it in report.losses)
    yield ""


def _details(difference: Difference, text: str) -> Iterator[str]:
    yield from (f"<details><summary>{difference.stack}</summary>", "")
    replaced = [resource for resource in difference.resources if resource.kind is Kind.REPLACED]
    yield from _listed((it, HAPPENS[it.impact], "") for it in replaced)
    yield from ("", *_fenced(text), "", "</details>", "")


def _listed(said: Iterable[tuple[ResourceChange, str, str]]) -> Iterator[str]:
    """One line for all to which the same happens."""
    alike = defaultdict[tuple[str, str, str], list[str]](list)
    for resource, happens, consequence in said:
        because = f" (because of {', '.join(resource.causes)})" if resource.causes else ""
        alike[resource.type, happens, consequence].append(f"`{resource.path}`{because}")
    for (type_, happens, consequence), names in alike.items():
        yield f"- {type_} **{happens}**: {', '.join(names)}{consequence}"


def _fenced(text: str) -> tuple[str, str, str]:
    """In a fence that is longer than any in the text, so that nothing in it can end the block."""
    fence = "`" * max([3, *(len(run) + 1 for run in re.findall("`+", text))])
    return (fence, text.strip("\n"), fence)
