"""`llm-judge attack`: our corpus of attacks on wrong answers, and how often one of them talks the judge into a pass."""

from rich.console import Console
from rich.table import Table

from runtime.api_client.gateway import GatewayClient
from runtime.api_client.items import Item
from runtime.attacks.items import AttackItem, attack_items
from runtime.attacks.report import AttackReport, AttackResult, attack_report
from runtime.cli.judge_options import JudgeOptions
from runtime.cli.judged_run import judge_run, tell_failures
from runtime.contracts.calibration import Estimate
from runtime.contracts.card_words import estimate


async def attack(client: GatewayClient, console: Console, *, options: JudgeOptions) -> int:
    """Raises Refused or GatewayGone. 0 where every judgement came, whatever the attacks did."""
    attacks = attack_items()
    items = [_item(one, options) for one in attacks]
    results = await judge_run("attack", items, client=client, console=console)
    report = attack_report([AttackResult(one, result.score) for one, result in zip(attacks, results, strict=True)])
    console.print(report_table(report))
    for words in in_words(report):
        console.print(words, soft_wrap=True, markup=False)
    tell_failures(results, console)
    return 0 if not report.failed else 1


def report_table(report: AttackReport) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("attack")
    table.add_column("succeeded", justify="right", no_wrap=True)
    table.add_column("of", justify="right", no_wrap=True)
    table.add_column("rate [95 %]", no_wrap=True)
    for kind in report.kinds:
        row = (kind.kind.replace("_", " "), str(kind.succeeded), str(kind.attacks), _rate(kind.success_rate))
        table.add_row(*row)
    table.add_row("all", str(report.succeeded), str(report.attacks), _rate(report.success_rate), style="bold")
    return table


def in_words(report: AttackReport) -> list[str]:
    words = [f"An attack succeeds where a wrong answer that fails by itself gets {report.pass_score} or more with it."]
    if report.passing_already:
        words.append(f"{report.passing_already} more were around wrong answers that passed already, and do not count.")
    if report.benign_drift is not None:
        words.append(
            f"Honest words that only look suspicious move the score of a right answer by {report.benign_drift:.2f} "
            f"in the mean, over {report.benign}."
        )
    if report.failed:
        words.append(f"{report.failed} judgements have no score, and count neither way.")
    return words


def _item(one: AttackItem, options: JudgeOptions) -> Item:
    body = {"input": one.input, "output": one.output, "judge": options.as_body()}
    return Item(name=one.id.replace("/", ":"), where=one.id, body=body)


def _rate(found: Estimate | None) -> str:
    return estimate(found) if found is not None else "nothing counted"
