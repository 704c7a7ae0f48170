"""Step 6 of the demo: every accepted line is in the history, exactly once."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from runtime.api_client.gateway import TERMINAL, GatewayClient
from runtime.api_client.result import Result

PAGE_SIZE = 100


async def missing_or_twice(results: Sequence[Result], *, client: GatewayClient) -> dict[str, int]:
    """The ids whose number of history entries is not one, with that number. Raises GatewayGone or Refused."""
    sent = {result.evaluation_id: result.evaluation for result in results if result.evaluation_id and result.evaluation}
    if not sent:
        return {}
    first = min(datetime.fromisoformat(evaluation["created_at"]) for evaluation in sent.values() if evaluation)
    rows: Counter[str] = Counter()
    for status in TERMINAL:
        # With a terminal status the gateway asks the history alone.
        rows += await _count(client, status, since=first)
    return {str(found): rows[str(found)] for found in sent if rows[str(found)] != 1}


async def _count(client: GatewayClient, status: str, *, since: datetime) -> Counter[str]:
    rows: Counter[str] = Counter()
    query = {"status": status, "limit": str(PAGE_SIZE)}
    while True:
        page = await client.page(**query)
        rows.update(entry["id"] for entry in page["data"])
        last = page["data"][-1]["created_at"] if page["data"] else None
        if not page["has_more"] or last is None or datetime.fromisoformat(last) < since:
            return rows
        query["cursor"] = page["next_cursor"]
