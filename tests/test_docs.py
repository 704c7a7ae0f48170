"""The documents say what the code does."""

import re
from pathlib import Path

from config.callers import AUTHENTICATED
from config.topology import PERSISTENCE, REDIS, SERVICES

ROOT = Path(__file__).parent.parent


def test_the_architecture_page_lists_the_services_of_the_topology() -> None:
    rows = re.findall(r"^\| ([a-z-]+-service) \| (\d+) \|", (ROOT / "docs/architecture.md").read_text(), re.MULTILINE)
    assert rows == [(service.name, str(service.port)) for service in SERVICES]


def test_the_architecture_page_says_what_each_caller_may_do() -> None:
    rows = re.findall(
        r"^\| ([a-z-]+-service) \| ([A-Z, ]*) ?\| ?([A-Z, ]*) ?\|$",
        (ROOT / "docs/architecture.md").read_text(),
        re.MULTILINE,
    )
    shown = {
        (caller, called.name): tuple(methods.strip().split(", "))
        for caller, *cells in rows
        for called, methods in zip((REDIS, PERSISTENCE), cells, strict=True)
        if methods.strip()
    }
    assert shown == {(flow.source, flow.destination): flow.methods for flow in AUTHENTICATED}


def test_every_link_in_a_document_leads_somewhere() -> None:
    for page in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")):
        for target in re.findall(r"\]\((?!http)([^)#]+)\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
