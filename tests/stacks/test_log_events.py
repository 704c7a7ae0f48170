"""The dashboard counts log lines: an event that is renamed must not leave a graph that is always zero."""

import json
import re
from pathlib import Path

import pytest

from tests.stacks.synthesized import ROOT, Synthesized

DASHBOARD = "AWS::CloudWatch::Dashboard"
WRITTEN = re.compile(r'log\.(?:info|warning|error)\(\s*"(\w+)"(.*?)\n', re.DOTALL)


def written_events() -> dict[str, str]:
    """Each event of the services, with the source that writes it."""
    found = {}
    for path in Path(ROOT / "runtime").rglob("*.py"):
        text = path.read_text()
        for match in WRITTEN.finditer(text):
            found[match[1]] = text
    return found


EVENTS = written_events()


def test_every_counted_event_is_written_by_a_service(dev: Synthesized) -> None:
    filters = dev.observability.all("AWS::Logs::MetricFilter")
    counted = {name for each in filters for name in re.findall(r'\$\.event = "(\w+)"', each["FilterPattern"])}
    assert len(counted) >= 7
    assert counted <= EVENTS.keys()


@pytest.mark.parametrize(
    ("event", "field"),
    [
        ("evaluation_completed", "duration_ms"),
        ("evaluation_completed", "usage"),
        ("inference_completed", "usage"),
        ("http_request", "status"),
        ("settings_active", "version"),
    ],
)
def test_every_field_that_is_read_is_written_with_its_event(dev: Synthesized, event: str, field: str) -> None:
    filters = dev.observability.all("AWS::Logs::MetricFilter")
    texts = [f"{each['FilterPattern']} {each['MetricTransformations']}" for each in filters]
    assert any(event in text and f"$.{field}" in text for text in texts)
    assert re.search(rf"\b{field}=", EVENTS[event])


def test_the_filters_read_the_group_that_the_pods_write_to(dev: Synthesized) -> None:
    group = dev.cluster.one("AWS::Logs::LogGroup", LogGroupName="/llm-judge/dev/services")
    assert group["RetentionInDays"] == 30
    (shipper,) = [
        each for each in dev.cluster.all("Custom::AWSCDK-EKS-HelmChart") if each["Chart"] == "aws-for-fluent-bit"
    ]
    assert '"logGroupName":"/llm-judge/dev/services"' in str(shipper["Values"])


def test_the_graph_of_active_settings_looks_for_the_metric_as_it_is_written(dev: Synthesized) -> None:
    filters = dev.observability.all("AWS::Logs::MetricFilter")
    (written,) = [each["MetricTransformations"][0] for each in filters if "settings_active" in each["FilterPattern"]]
    assert written["Dimensions"] == [{"Key": "Version", "Value": "$.version"}]
    search = f"SEARCH('{{{written['MetricNamespace']},Version}} MetricName=\"{written['MetricName']}\"'"
    shown = [json.dumps(each["DashboardBody"]).replace("\\", "") for each in dev.observability.all(DASHBOARD)]
    assert any(search in each for each in shown)
