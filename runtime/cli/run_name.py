"""A name for what a command sends: the same items are the same run, so an interrupted one goes on."""

import hashlib
import json
from collections.abc import Sequence

from runtime.api_client.items import Item


def run_name(stem: str, items: Sequence[Item]) -> str:
    asked = json.dumps([item.body for item in items], sort_keys=True)
    return f"{stem[:50]}-{hashlib.sha256(asked.encode()).hexdigest()[:12]}"
