"""How large a record can get on the wire between the services: what their body limits allow each other."""

from config.limits import Limits

JSON_BYTES_PER_CHARACTER = 6
r"""A control character travels as six bytes (`\u0001`); every other one needs at most four."""

VERDICT_BYTES = 256 * 1024
"""Rationale, evidence and explanations of one verdict, with room to spare."""


def max_record_bytes(limits: Limits) -> int:
    return limits.max_body_bytes + JSON_BYTES_PER_CHARACTER * limits.max_output_chars + VERDICT_BYTES
