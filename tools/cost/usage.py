"""What the config cannot know: how much is asked of the system in a month. Every figure is a guess to be replaced."""

from pydantic import Field

from config.base import Frozen


class Usage(Frozen):
    evaluations: int = Field(default=100_000, ge=0)
    evaluation_kb: int = Field(default=4, ge=1, le=64)
    """Prompt, answer and envelope, on each hop. SNS and SQS count a request for each 64 KB."""
    log_kb: int = Field(default=6, ge=0)
    """Of one evaluation, from all services."""
    platform_log_gb: int = Field(default=6, ge=0)
    """Control plane, database and refused flows: written without any evaluation."""
    pulled_image_gb: int = Field(default=20, ge=0)
    """By nodes and pods that start; the layers come through the S3 gateway endpoint."""
    stored_image_gb: int = Field(default=2, ge=0)
    """In each repository: its kept images share most of their layers."""
