"""What is outside the VPC as boxes. Those that arrows lead to are last, at the height of who reaches them."""

from collections.abc import Iterator

from tools.architecture.arrows import ALARMS, BUDGETS
from tools.architecture.layout import Box, Kind, across, down
from tools.architecture.management import Management
from tools.architecture.message_boxes import messages_box
from tools.architecture.messaging import Messaging, Topic
from tools.architecture.names import Shorten, listed

ARROW = 34
"""Room for an arrow between two boxes."""


def regional_boxes(messaging: Messaging, management: Management, short: Shorten) -> Iterator[Box]:
    """Only what there is."""
    told = {topic for notice in (*management.alarms, *management.budgets) for topic in notice.topics}
    alert_topics = [topic for topic in messaging.topics if topic.address in told]
    other_topics = [topic for topic in messaging.topics if topic.address not in told]
    boxes = (
        _images(management, short),
        _keys(management, short),
        _notices(management, alert_topics, short),
        messages_box(messaging, other_topics, short),
        _secrets(management, short),
        _settings(management, short),
        _logs(management),
    )
    return (box for box in boxes if any(box.lines) or box.children)


def _images(management: Management, short: Shorten) -> Box:
    names = listed(short(repository.name) for repository in management.repositories)
    return Box("Images (ECR)", (names,), kind=Kind.COMPUTE)


def _keys(management: Management, short: Shorten) -> Box:
    lines = (
        f"{short(key.alias.removeprefix('alias/'))}: {key.purpose}{', rotated' if key.is_rotated else ''}"
        for key in management.keys
    )
    return Box("Keys (KMS)", tuple(lines), kind=Kind.SECURITY)


def _notices(management: Management, topics: list[Topic], short: Shorten) -> Box:
    sources = down(*_sources(management, short))
    told = (
        Box(short(topic.name), ("SNS topic",), kind=Kind.MESSAGING, key=topic.address, share=0.4) for topic in topics
    )
    return Box(
        "Notices (CloudWatch, Budgets)",
        kind=Kind.MANAGEMENT,
        children=(across(sources, *told, gap=ARROW),) if sources.children else (),
    )


def _sources(management: Management, short: Shorten) -> Iterator[Box]:
    if management.alarms:
        dashboards = listed(short(dashboard.name) for dashboard in management.dashboards)
        yield Box(f"{len(management.alarms)} alarms", (f"dashboards: {dashboards}",), kind=Kind.MANAGEMENT, key=ALARMS)
    if management.budgets:
        amounts = listed(budget.name for budget in management.budgets)
        yield Box("Monthly budgets", (amounts,), kind=Kind.MANAGEMENT, key=BUDGETS)


def _secrets(management: Management, short: Shorten) -> Box:
    boxes = (Box(short(secret.name), kind=Kind.SECURITY, key=secret.address) for secret in management.secrets)
    return Box("Secrets (Secrets Manager)", kind=Kind.SECURITY, children=tuple(boxes))


def _settings(management: Management, short: Shorten) -> Box:
    alarms = {alarm.address: short(alarm.name) for alarm in management.alarms}
    boxes = []
    for settings in management.settings:
        guards = listed(alarms[guard] for guard in settings.guards if guard in alarms)
        lines = (f"rolled back by {guards}",) if guards else ()
        title = f"{settings.application}: {settings.name}"
        boxes.append(Box(title, lines, kind=Kind.MANAGEMENT, key=settings.address))
    return Box("Settings (AppConfig)", kind=Kind.MANAGEMENT, children=tuple(boxes))


def _logs(management: Management) -> Box:
    boxes = (
        Box(f"{group.name}, {group.days} days", kind=Kind.MANAGEMENT, key=group.address)
        for group in management.log_groups
    )
    return Box("Logs (CloudWatch)", kind=Kind.MANAGEMENT, children=tuple(boxes))
