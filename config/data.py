"""What keeps data: the sizes of MySQL and Redis."""

from typing import Self

from pydantic import Field, model_validator

from config.base import Frozen


class MySqlDatabase(Frozen):
    instance_type: str
    """RDS instance type without its `db.` prefix."""
    storage_gib: int = Field(default=20, ge=20)
    storage_max_gib: int = 100
    """RDS grows the volume by itself up to this."""
    multi_az: bool = False
    backup_days: int = Field(default=7, ge=1, le=35)
    deletion_protection: bool = False

    @model_validator(mode="after")
    def _grows(self) -> Self:
        if self.storage_max_gib < self.storage_gib:
            raise ValueError("mysql.storage_max_gib must be at least storage_gib")
        return self


class RedisCache(Frozen):
    node_type: str
    """ElastiCache node type without its `cache.` prefix."""
    replicas: int = Field(default=0, ge=0, le=5)
    """Beside the primary; from one on, a fail-over to another zone is automatic."""
    snapshot_days: int = Field(default=1, ge=0, le=35)
