"""An independent implementation of Kubernetes' policies computes the same matrix: `make second-opinion`."""

from pathlib import Path

import pytest

from tests.charts.manifests import Manifests
from tests.charts.reachability.clusters import cluster
from tests.charts.reachability.comparison import pairs
from tests.charts.reachability.ends import pods
from tests.charts.reachability.second_opinion import ANALYZER, opinion_on, second_opinion
from tests.charts.reachability.table import Table
from tools.connectivity.evaluate import allowed


@pytest.mark.skipif(not ANALYZER.exists(), reason=f"no second opinion without {ANALYZER}: run `make second-opinion`")
def test_another_analyzer_computes_the_same_matrix(either: Manifests, dist: Path, tmp_path: Path) -> None:
    name, found = either.environment.name, cluster(either)
    opinion = second_opinion(dist / name / "network-policies.k8s.yaml", pods(found.pods), tmp_path)
    # Of two pods of one kind it does not speak.
    compared = [(one, other) for one, other in pairs(found, Table(name)) if one != other]
    differing = {
        (one.name, other.name): (ours, theirs)
        for one, other in compared
        if (ours := allowed(found.policies, one, other)) != (theirs := opinion_on(one, other, opinion))
    }
    assert differing == {}
    assert len(compared) > 1000
