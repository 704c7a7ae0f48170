"""Kills a service now and then, by each signal that ends a process differently."""

import asyncio
import os
import signal

from config.topology import GATEWAY, INFERENCE, JUDGE, PERSISTENCE, REDIS
from tests.canary.traffic import Traffic

VICTIMS = [service.name for service in (INFERENCE, JUDGE, GATEWAY, REDIS, PERSISTENCE)]
SIGNALS = (signal.SIGABRT, signal.SIGKILL, signal.SIGTERM)
"""The first makes a core file where one may be made."""


async def kill_now_and_then(traffic: Traffic, *, every: int | None) -> None:
    """Each time that so many more evaluations have ended, until it is cancelled."""
    system, kills = traffic.system, 0
    while every is not None:
        while traffic.ended < (kills + 1) * every:
            await asyncio.sleep(0.05)
        victim = VICTIMS[kills % len(VICTIMS)]
        await system.until_restarted(victim, restarts=-1)
        part = system.part(victim)
        assert part.process is not None
        os.kill(part.process.pid, SIGNALS[kills % len(SIGNALS)])
        await system.until_restarted(victim, part.restarts)
        kills += 1
