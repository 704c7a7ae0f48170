"""What a service logs at DEBUG while everything goes wrong with a key in hand: lines of JSON, and never the key."""

import json
import subprocess
import sys

import pytest

KEY = "sk-canary-0123456789"
START = f"""
import asyncio, logging, os
import structlog
from runtime.kit.logs import configure_logs
key = {KEY!r}
configure_logs(service="a-service", level="DEBUG")
log = structlog.get_logger()
"""
FAILING = """
def fail(local):
    raise ValueError(f"the provider said: {local}")
"""
WAYS = {
    "an exception that structlog logs": "try: fail(key)\nexcept ValueError: log.exception('failed')",
    "an exception that a library logs": (
        "try: fail(key)\nexcept ValueError: logging.getLogger('lib').exception('failed')"
    ),
    "an exception that is passed on": "try: fail(key)\nexcept ValueError as error: log.error('failed', exc_info=error)",
    "one with a cause": (
        "try:\n  try: fail(key)\n  except ValueError as error: raise RuntimeError('other') from error\n"
        "except RuntimeError: log.exception('failed')"
    ),
    "a task whose failure nobody looks at": (
        "async def run():\n  async def work(): fail(key)\n  task = asyncio.create_task(work())\n"
        "  await asyncio.sleep(0)\n  del task\nasyncio.run(run())\nimport gc; gc.collect()"
    ),
    "headers in a client's log": (
        "logging.getLogger('httpx2').debug({'x-goog-api-key': key})\n"
        "logging.getLogger('httpcore2.http11').debug('headers %r', [('authorization', key)])\n"
        "logging.getLogger('openai._base_client').debug('options %s', key)\n"
        "logging.getLogger('botocore.endpoint').debug('request %s', key)\n"
        "logging.getLogger('google_genai.models').debug('request %s', key)\nlog.warning('failed')"
    ),
    "a model that is invalid": (
        "from runtime.contracts.messages import INFERENCE_MESSAGE\n"
        "try: INFERENCE_MESSAGE.validate_json('{\"type\": \"' + key + '\"}')\n"
        "except ValueError as error: log.warning('failed', detail=str(error), exc_info=True)"
    ),
    "a secret by its wrapper": "from pydantic import SecretStr\nlog.warning('failed', key=SecretStr(key))",
}


@pytest.mark.parametrize("way", WAYS)
def test_a_key_is_in_no_line(way: str) -> None:
    code = START + FAILING + WAYS[way]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert lines
    assert KEY not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_where_an_exception_came_from_is_in_its_line() -> None:
    code = START + FAILING + WAYS["an exception that structlog logs"]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    line = json.loads(done.stdout)
    assert (line["event"], line["exception"], line["service"]) == ("failed", "ValueError", "a-service")
    assert line["at"][-1].endswith(" fail")
