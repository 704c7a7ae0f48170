"""Asks the candidate model; as many as its queue needs."""

from charts.runtime_service import RuntimeService
from config.topology import INFERENCE


class InferenceService(RuntimeService):
    name = INFERENCE.name
    service = INFERENCE
