"""The environment of the parts' processes: what a program needs to run, and nothing of what a shell may hold besides.

Above all no provider key: they travel with each request, and a process's environment can be read by others.
"""

import os
from collections.abc import Mapping
from pathlib import Path

import runtime
from runtime.kit import crash_points

PROJECT = Path(runtime.__file__).parents[1]

PASSED_ON = (
    *("PATH", "HOME", "USER", "LANG", "LC_ALL", "TZ", "TMPDIR", "XDG_CACHE_HOME", "VIRTUAL_ENV"),
    *("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE"),
    *("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "PIP_INDEX_URL", "PIP_CONFIG_FILE"),
    *(crash_points.VARIABLE, "LLM_JUDGE_LOG_LEVEL", "LLM_JUDGE_MODEL", "LLM_JUDGE_MODEL_CACHE", "MODEL_PATH"),
    *("MODEL_SLOTS", "MODEL_CONTEXT_TOKENS", "MODEL_THREADS"),
)
TO_THE_SUPERVISOR = (
    *("LLM_JUDGE_LOCAL_DIR", "LLM_JUDGE_MYSQL_URL", "LLM_JUDGE_REDIS_URL", "LLM_JUDGE_TENANTS"),
    *("AWS_ENDPOINT_URL", "LLM_JUDGE_OPENAI_BASE_URL", "LLM_JUDGE_GOOGLE_BASE_URL"),
)


def child_environment(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    chosen = {name: environment[name] for name in PASSED_ON if name in environment}
    # A proxy must not get what is meant for a neighbour on this machine.
    direct = ",".join(filter(None, ("127.0.0.1,localhost", environment.get("NO_PROXY"))))
    return chosen | {"PYTHONPATH": str(PROJECT), "PYTHONUNBUFFERED": "1", "NO_PROXY": direct, "no_proxy": direct}


def supervisor_environment(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    names = (name for name in environment if name in TO_THE_SUPERVISOR or name.startswith("AWS_"))
    return child_environment(environment) | {name: environment[name] for name in names}
