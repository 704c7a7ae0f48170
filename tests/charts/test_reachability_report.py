"""The report of `make connectivity`: every ordered pair, in a table and in a picture."""

from io import StringIO
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from rich.console import Console

from config.environments import DEV
from tests.charts.manifests import Manifests
from tests.charts.reachability.clusters import cluster
from tools.connectivity.command import main
from tools.connectivity.matrix import Matrix, matrix
from tools.connectivity.picture import picture
from tools.connectivity.places import places
from tools.connectivity.table import connectivity_table

ROOT = Path(__file__).resolve().parents[2]
SVG = "{http://www.w3.org/2000/svg}"
PLACES = 17
NOT_PODS = 8


def report(manifests: Manifests) -> Matrix:
    found = cluster(manifests)
    return matrix(found.policies, places(found, manifests.environment.network))


def words(found: Matrix, source: str, destination: str) -> tuple[str, ...]:
    (cell,) = [
        cell
        for row in found
        for cell in row
        if cell and (cell.source.name, cell.destination.name) == (source, destination)
    ]
    return cell.words()


def test_every_ordered_pair_with_a_pod_in_it_is_in_the_report(either: Manifests) -> None:
    cells = [cell for row in report(either) for cell in row if cell]
    assert len({(cell.source.name, cell.destination.name) for cell in cells}) == PLACES**2 - NOT_PODS**2


def test_the_table_names_every_destination_of_every_source_once(dev: Manifests) -> None:
    found = report(dev)
    names, open_ports = (list(column.cells) for column in list(connectivity_table(found).columns)[1:])
    cells = [cell for row in found for cell in row if cell]
    assert sum(len(str(each).split(", ")) for each in names) == len(cells)
    assert {word for each in open_ports for word in str(each).split(", ")} == {
        *("nothing", "all"),
        *(word for cell in cells for word in cell.words()),
    }


@pytest.mark.parametrize(
    ("source", "destination", "open_ports"),
    [
        ("load balancer", "gateway-service", ("8000",)),
        ("internet", "gateway-service", ()),
        ("gateway-service", "internet", ()),
        ("judge-service", "internet", ("443",)),
        ("judge-service", "metadata", ()),
        ("judge-service", "Kubernetes API", ()),
        ("redis-service", "Redis", ("6379",)),
        ("persistence-service", "MySQL", ("(443)", "3306")),
        ("ai-model-service", "kube-dns", ("53", "53/udp")),
        ("unknown pod", "kube-dns", ()),
        ("pod elsewhere", "internet", ("all",)),
    ],
)
def test_a_cell_says_what_is_open_and_in_brackets_what_nobody_listens_on(
    dev: Manifests, source: str, destination: str, open_ports: tuple[str, ...]
) -> None:
    assert words(report(dev), source, destination) == open_ports


def test_every_word_of_the_matrix_is_in_the_picture(either: Manifests) -> None:
    found, listed = report(either), places(cluster(either), either.environment.network)
    drawn = [each.text for each in ET.fromstring(picture(found, listed, "dev")).iter(f"{SVG}text")]  # noqa: S314 - our own
    expected = [word for row in found for cell in row if cell for word in cell.words()]
    assert [text for text in drawn if text in set(expected)] == expected
    assert all(drawn.count(place.name) == 2 for place in listed)


def test_the_picture_in_the_docs_is_the_one_that_the_manifests_draw(dev: Manifests) -> None:
    drawn = picture(report(dev), places(cluster(dev), DEV.network), "dev")
    assert (ROOT / "docs" / "connectivity-dev.svg").read_text() == drawn, "run `make connectivity`"


def test_the_command_prints_the_table_and_writes_the_picture(dist: Path, tmp_path: Path) -> None:
    screen, svg = Console(record=True, width=120, file=StringIO()), tmp_path / "picture.svg"
    code = main(["--manifests", str(dist / "prod"), "--environment", "prod", "--svg", str(svg)], console=screen)
    text = screen.export_text()
    assert code == 0
    assert "gateway-service" in text
    assert "A policy knows addresses, not names" in text
    assert "<title>prod: the ports" in svg.read_text()


def test_a_folder_without_manifests_is_one_line_that_says_what_to_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--manifests", str(tmp_path)]) == 2
    assert capsys.readouterr().err == f"error: {tmp_path} has no manifests: run `make charts` first\n"


def test_manifests_that_are_no_yaml_are_said_to_be_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "broken.yaml").write_text("{")
    assert main(["--manifests", str(tmp_path)]) == 2
    assert capsys.readouterr().err == f"error: {tmp_path / 'broken.yaml'} is no YAML: run `make charts` again\n"


def test_a_picture_that_cannot_be_written_is_one_line(
    dist: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    svg = tmp_path / "nowhere" / "picture.svg"
    assert main(["--manifests", str(dist / "dev"), "--svg", str(svg)]) == 2
    assert capsys.readouterr().err == f"error: {svg}: No such file or directory\n"
