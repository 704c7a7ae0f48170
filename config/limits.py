"""Every limit of the system, with its unit; the environments choose the values, the runtime document carries them."""

from typing import Self

from pydantic import Field, model_validator

from config.base import Frozen

SNS_MESSAGE_BYTES = 262_144
"""SNS refuses a larger message; the limit counts the encoded body and its attributes."""

FAILURE_BYTES = 4096
"""Kept free in each message: without keys, an evaluation's failure is longer than its request."""

BATCH_ENTRIES = 10
"""SNS and SQS take, hand out and change no more in one call."""

PAGE_SIZE_MAX = 100

LOOKUP_IDS_MAX = 100
"""Evaluations that one read by id names; their texts travel too, and of the longest this many take some 30 MB."""

RUN_EVALUATIONS_MAX = 20_000
"""Evaluations of one run that are summed up or compared."""

CALIBRATION_LABELS_MAX = 5000
CALIBRATION_BODY_BYTES = 1024 * 1024
"""A label takes about 80 bytes."""

WAIT_SECONDS_MAX = 300
"""For so long redis-service holds back one answer, until the evaluation has ended."""

APPCONFIG_POLL_SECONDS = 15
"""AppConfig refuses to be polled more often."""

SEAL_TOLERANCE_SECONDS = 120
"""For which a sealed key still opens after its expiry: the clocks of two machines differ."""

SEALING_SLACK_SECONDS = 30 * 60
"""Between the last moment at which a seal of an epoch may open and the end of the epoch's private key."""

SEALING_ROTATION_SECONDS = 3600
"""Between two runs of the job that makes and destroys the sealing key pairs."""

SEALING_POLL_SECONDS = 300
"""Between the gateway's reads of the public keys. A new one is published a whole epoch before it is used."""

KEEP_ALIVE_SECONDS = 130
"""For so long a service keeps an idle connection. Whoever calls it closes first, the load balancer too: else a request
meets a connection that is being closed, and its caller a 502."""

HEAD_BYTES = 32 * 1024
"""Request line and headers together; a load balancer takes 64 KiB, the longest head of ours is a tenth of this."""

REQUEST_SECONDS = 30.0
"""From a connection, or a request's first byte, to its last one."""


class Limits(Frozen):
    request_ttl_seconds: int = Field(default=7 * 24 * 3600, ge=1)
    idempotency_ttl_seconds: int = Field(default=24 * 3600, ge=1)
    max_body_bytes: int = Field(default=160 * 1024, ge=1024, le=SNS_MESSAGE_BYTES)
    """A request body; the envelope adds the sealed keys and, on its second hop, the model's answer."""
    max_message_bytes: int = Field(
        default=SNS_MESSAGE_BYTES - FAILURE_BYTES, ge=4096, le=SNS_MESSAGE_BYTES - FAILURE_BYTES
    )
    """The shortest request with two sealed keys takes some 2 kB."""
    max_output_chars: int = Field(default=64 * 1024, ge=1)
    evaluation_deadline_seconds: int = Field(default=3600, ge=1)
    """From acceptance to a terminal state; whatever is later than that fails with `deadline`."""
    unpublished_seconds: int = Field(default=300, ge=60)
    """A request that is CREATED for so long was never published: its gateway died before it told anybody of an id."""
    call_deadline_seconds: int = Field(default=120, ge=1)
    """One provider call, or one verdict where a judge needs several: total, not idle time."""
    lease_margin_seconds: int = Field(default=30, ge=1)
    """Between the hard deadline of a provider call and the moment its message or its lease may go to someone else."""
    max_attempts_per_stage: int = Field(default=4, ge=1)
    retry_backoff_seconds: float = Field(default=2.0, ge=0.1, allow_inf_nan=False)
    """Without one, an outage of a second would use up all deliveries of a message."""
    retry_backoff_max_seconds: float = Field(default=60.0, ge=0.1, allow_inf_nan=False)
    visibility_timeout_seconds: int = 180
    heartbeat_seconds: int = Field(default=60, ge=1)
    max_receive_count: int = Field(default=20, ge=4)
    """Deliveries before the DLQ: an alarm for bugs, not the retry policy: workers count attempts themselves."""
    queue_retention_seconds: int = 4 * 24 * 3600
    dead_letter_retention_seconds: int = 14 * 24 * 3600
    receive_wait_seconds: int = Field(default=20, ge=1, le=20)
    max_in_flight_per_worker: int = Field(default=256, ge=1)
    drain_seconds: int = 150
    """Between SIGTERM and the end of the running calls; the pod's grace period is longer than this."""
    prefer_wait_max_seconds: int = Field(default=60, ge=0, le=WAIT_SECONDS_MAX)
    config_poll_seconds: int = Field(default=45, ge=APPCONFIG_POLL_SECONDS)
    sealing_epoch_seconds: int = Field(default=24 * 3600, ge=2 * SEALING_ROTATION_SECONDS)
    """For so long keys are sealed for one key pair. The next one is made an epoch ahead, so the job may fail twice."""

    @property
    def lease_seconds(self) -> int:
        """For which one worker has the right to a stage's call."""
        return self.call_deadline_seconds + self.lease_margin_seconds

    @property
    def longest_seal_seconds(self) -> int:
        """From a seal to the last moment at which it opens."""
        return self.evaluation_deadline_seconds + SEAL_TOLERANCE_SECONDS

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.request_ttl_seconds < self.evaluation_deadline_seconds:
            raise ValueError(
                "limits.request_ttl_seconds must be at least evaluation_deadline_seconds: a shorter one forgets the "
                "calls of an evaluation that goes on"
            )
        if self.visibility_timeout_seconds < self.lease_seconds:
            raise ValueError(
                "limits.visibility_timeout_seconds must be at least call_deadline_seconds + lease_margin_seconds: "
                "a shorter one hands a running call to a second worker"
            )
        if self.heartbeat_seconds * 2 > self.visibility_timeout_seconds:
            raise ValueError("limits.heartbeat_seconds must be at most half of visibility_timeout_seconds")
        if self.drain_seconds < self.call_deadline_seconds:
            raise ValueError("limits.drain_seconds must cover call_deadline_seconds: a drain lets running calls finish")
        if self.dead_letter_retention_seconds <= self.queue_retention_seconds:
            raise ValueError("limits.dead_letter_retention_seconds must exceed queue_retention_seconds")
        return self
