"""A pytest plugin (`-p tests.faults.report`): prints the fault matrix, and by how many tests each row is shown."""

from collections import Counter, defaultdict

import pytest

from runtime.kit.crash_points import CrashPoint
from tests.faults.matrix import MATRIX, Row

WIDTHS = (4, 58, 58)


class Evidence:
    """What the tests of this run showed, by row."""

    def __init__(self) -> None:
        self._rows_of: dict[str, tuple[str, ...]] = {}
        self._results: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.figures: Counter[str] = Counter()
        self.crash_points: set[str] = set()

    def collected(self, items: list[pytest.Item]) -> None:
        for item in items:
            self._rows_of[item.nodeid] = tuple({row: 0 for mark in item.iter_markers("fault") for row in mark.args})

    def ended(self, report: pytest.TestReport) -> None:
        if report.when != "call" and report.passed:
            return
        for row in self._rows_of.get(report.nodeid, ()):
            self._results[row][report.outcome] += 1
        for name, value in report.user_properties:
            if name == "crash_point":
                self.crash_points.add(str(value))
            else:
                self.figures[name] += int(str(value))

    def result_of(self, row: Row) -> str:
        counted = self._results[row.id]
        if counted["failed"]:
            return f"RED     {counted['failed']} of {counted.total()} failed"
        if counted["passed"]:
            skipped = f", {counted['skipped']} skipped" if counted["skipped"] else ""
            return f"green   {counted['passed']} tests{skipped}"
        if row.not_run:
            return f"not run {row.not_run}"
        return "RED     " + ("its tests were skipped" if counted["skipped"] else "no test shows it")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[EVIDENCE] = Evidence()
    config.pluginmanager.register(_Hooks(config.stash[EVIDENCE]))


EVIDENCE = pytest.StashKey[Evidence]()


class _Hooks:
    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self._evidence.collected(session.items)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._evidence.ended(report)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if any(self._evidence.result_of(row).startswith("RED") for row in MATRIX):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        terminalreporter.section("fault matrix")
        for line in table(self._evidence):
            terminalreporter.write_line(line)


def table(evidence: Evidence) -> list[str]:
    lines = [_line("id", "fault", "promise", "shown by")]
    results = [evidence.result_of(row) for row in MATRIX]
    lines += [_line(row.id, row.fault, row.promise, result) for row, result in zip(MATRIX, results, strict=True)]
    run = sum(not result.startswith("not run") for result in results)
    red = sum(result.startswith("RED") for result in results)
    points = f"crash points hit: {len(evidence.crash_points)} of {len(CrashPoint)}"
    figures = "  ".join(f"{name}: {count:,}" for name, count in sorted(evidence.figures.items()))
    return [*lines, "", f"faults run: {run} of {len(MATRIX)}, {red} red  {figures}  {points}"]


def _line(*cells: str) -> str:
    *fixed, last = cells
    return "  ".join([_cut(cell, width) for cell, width in zip(fixed, WIDTHS, strict=True)] + [last])


def _cut(text: str, width: int) -> str:
    return text.ljust(width) if len(text) <= width else text[: width - 1] + "…"
