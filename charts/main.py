"""`cdk8s synth`: the manifests of every environment into `dist/`, one file a chart. It asks no AWS and no cluster.

AWS_ACCOUNT_ID says for which account; without it the manifests hold a placeholder and are for reading and checking.
"""

import os
import sys
from pathlib import Path

# jsii prints eleven lines about this Node's age before anything of ours.
os.environ.setdefault("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "20")

from pydantic import ValidationError

from config.complaint import complaint

try:
    from config.environments import CLOUD_ENVIRONMENTS
except ValidationError as error:
    sys.exit(f"error: config/environments.py contradicts itself: {complaint(error)}")

import cdk8s

from charts.judge_chart import Target
from charts.system import add_charts

ACCOUNT_VARIABLE, PLACEHOLDER = "AWS_ACCOUNT_ID", "000000000000"
ACCOUNT_DIGITS = 12
OUTPUT_VARIABLE, OUTPUT = "CDK8S_OUTDIR", "dist"
"""The command line of cdk8s tells by it where to write."""


def synthesize(folder: Path, *, account: str = PLACEHOLDER) -> None:
    for environment in CLOUD_ENVIRONMENTS.values():
        app = cdk8s.App(outdir=str(folder / environment.name))
        add_charts(app, Target(environment=environment, account=account))
        app.synth()


def main() -> None:
    account = os.environ.get(ACCOUNT_VARIABLE, PLACEHOLDER)
    if not (account.isdecimal() and len(account) == ACCOUNT_DIGITS):
        sys.exit(f"error: {ACCOUNT_VARIABLE} is not an AWS account: it has {ACCOUNT_DIGITS} digits and nothing else")
    synthesize(Path(os.environ.get(OUTPUT_VARIABLE, OUTPUT)), account=account)


if __name__ == "__main__":
    main()
