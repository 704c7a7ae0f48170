"""MySQL: the embedded server of `seekdb.py`, or the one that LLM_JUDGE_MYSQL_URL names."""

from runtime.local.part import ANSWER_SECONDS, Part
from runtime.local.parts.sql_login import run_statements
from runtime.local.replacements import MySqlServer

NAME = "mysql"


def mysql_elsewhere(server: MySqlServer) -> Part:
    async def probe() -> None:
        address = server.address
        await run_statements(host=address.host, port=address.port, user=server.username, password=server.password)

    return Part(name=NAME, command=None, probe=probe, start_timeout_seconds=ANSWER_SECONDS)
