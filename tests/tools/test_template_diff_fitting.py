"""A comment that GitHub takes."""

import pytest

from tools.template_diff.comment import GITHUB_COMMENT_CHARS, Report, comment, comment_that_fits
from tools.template_diff.differences import Comparison, Difference, Impact, ResourceChange, Standing
from tools.template_diff.fitting import longest_that_fits
from tools.template_diff.stateful import losses


def difference(stack: str, lines: int) -> Difference:
    database = ResourceChange(
        path=f"{stack}/Database", type="AWS::RDS::DBInstance", impact=Impact.REPLACE, causes=("Port",)
    )
    text = "".join(f"[~] line {number} of {stack}\n" for number in range(lines))
    return Difference(
        stack=stack,
        standing=Standing.KEPT,
        resources=(database,),
        iam=True,
        security_groups=False,
        broadened=False,
        text=text,
    )


def report(*differences: Difference) -> Report:
    comparison = Comparison(stacks=len(differences), differences=differences)
    return Report(base="abc", head="def", comparison=comparison, losses=losses(differences), label_is_set=False)


def test_a_short_comment_is_the_whole_one() -> None:
    short = report(difference("Shop", 10))
    assert comment_that_fits(short) == comment(short)


def test_the_longest_diffs_are_shortened_and_say_so_while_the_summary_stays_whole() -> None:
    long = report(difference("Small", 10), difference("Large", 5_000), difference("Larger", 50_000))
    fitting = comment_that_fits(long)
    assert GITHUB_COMMENT_CHARS * 0.95 < len(fitting) <= GITHUB_COMMENT_CHARS
    summary = comment(long).partition("<details>")[0]
    assert "AWS::RDS::DBInstance **will be replaced**: `Small/Database`" in summary
    assert fitting.startswith(summary)
    assert "[~] line 9 of Small\n```" in fitting
    kept = sum(" of Larger" in line for line in fitting.splitlines())
    assert f"… {50_000 - kept:,} more lines: make diff BASE=abc prints them all\n```" in fitting
    assert fitting.count("more lines") == 2


@pytest.mark.parametrize(
    ("lengths", "room", "longest"),
    [
        ([], 100, 0),
        ([10, 20], 100, 20),
        ([10, 90], 60, 50),
        ([10, 80, 90], 110, 50),
        ([80, 90], 0, 0),
        ([80, 90], -5, 0),
    ],
)
def test_only_what_is_longer_than_its_share_is_cut(lengths: list[int], room: int, longest: int) -> None:
    assert longest_that_fits(lengths, room) == longest
    assert sum(min(length, longest) for length in lengths) <= max(room, 0)
