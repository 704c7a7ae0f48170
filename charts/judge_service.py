"""Scores the answers; as many as its queue needs."""

from charts.runtime_service import RuntimeService
from config.topology import JUDGE


class JudgeService(RuntimeService):
    name = JUDGE.name
    service = JUDGE
