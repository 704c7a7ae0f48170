"""Who rotates: the Python of the one-machine stack, on memory or on the emulator, and the Lambda on the emulator."""

import asyncio
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.topology import Stage
from runtime.keys.epochs import EpochSchedule
from tests.contract.keys_subjects import SCHEDULE, SetClock, Vault
from tests.fakes.aws_keys import Died

ROOT = Path(__file__).parents[2]
HANDLER = ROOT / "constructs/judge_constructs/sealing_epochs/index.js"
PACKAGES = ROOT / "node_modules"
CALL = """
const [handler, event, now, diesAfter] = process.argv.slice(1);
Date.now = () => Number(now);
const { SecretsManagerClient } = require('@aws-sdk/client-secrets-manager');
const send = SecretsManagerClient.prototype.send;
let calls = 0;
SecretsManagerClient.prototype.send = async function (command) {
  try {
    return await send.call(this, command);
  } finally {
    calls += 1;
    if (calls > diesAfter) process.exit(DIED);
  }
};
require(handler).handler(JSON.parse(event)).then((made) => console.log(JSON.stringify(made)));
"""
DIED = 99


@dataclass(frozen=True)
class LambdaVault(Vault):
    async def rotate(self, now: SetClock, schedule: EpochSchedule = SCHEDULE, *, dies_after: int | None = None) -> None:
        assert await self.invoke({}, now, schedule, dies_after=dies_after) == {}

    async def invoke(
        self,
        event: dict[str, Any],
        now: SetClock,
        schedule: EpochSchedule = SCHEDULE,
        *,
        dies_after: int | None = None,
    ) -> Any:
        """What the handler returns. Raises Died."""
        settings = {
            "PREFIX": self.names.sealing_secrets,
            "KEYSET": self.names.sealing_keyset,
            "WRAPPING_KEY": self.names.sealing_kms_alias,
            "SIGNING_KEY": self.names.sealing_signature_alias,
            "STAGES": ",".join(Stage),
            "EPOCH_SECONDS": str(int(schedule.length.total_seconds())),
            "LONGEST_SEAL_SECONDS": str(int(schedule.longest_seal.total_seconds())),
            "SLACK_SECONDS": str(int(schedule.slack.total_seconds())),
        }
        milliseconds = str(int(now().timestamp() * 1000))
        node = await asyncio.create_subprocess_exec(
            *("node", "-e", CALL.replace("DIED", str(DIED)), str(HANDLER), json.dumps(event), milliseconds),
            str(10**6 if dies_after is None else dies_after),
            env=os.environ | settings | {"NODE_PATH": str(PACKAGES), "NODE_NO_WARNINGS": "1"},
            stdout=asyncio.subprocess.PIPE,
        )
        out, _ = await node.communicate()
        if node.returncode == DIED:
            raise Died
        assert node.returncode == 0
        return json.loads(out)
