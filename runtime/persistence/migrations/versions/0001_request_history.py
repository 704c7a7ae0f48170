"""The history table: one row per evaluation that reached its end."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

CREATE_TABLE = """
CREATE TABLE IF NOT EXISTS request_history (
  request_id CHAR(36) NOT NULL,
  -- Binary: a text comparison ignores trailing spaces, and one tenant must never match another.
  tenant VARBINARY(255) NOT NULL,
  status VARCHAR(16) NOT NULL,
  outcome VARCHAR(32) NULL,
  stage VARCHAR(16) NOT NULL,
  score DOUBLE NULL,
  score_100 DECIMAL(5,2) GENERATED ALWAYS AS (score * 100) STORED,
  candidate_model VARCHAR(160) NULL,
  judge_model VARCHAR(160) NOT NULL,
  rubric VARCHAR(128) NOT NULL,
  -- JSON as text: the JSON type rewrites numbers (seekdb changes the last digit of one double in eight), and a record
  -- has to come back exactly as it was. JSON_EXTRACT and its like read text as well.
  request MEDIUMTEXT NOT NULL CHECK (JSON_VALID(request)),
  inference_result MEDIUMTEXT NULL CHECK (JSON_VALID(inference_result)),
  judge_result MEDIUMTEXT NULL CHECK (JSON_VALID(judge_result)),
  failure JSON NULL,
  attempts JSON NOT NULL,
  metadata JSON NOT NULL,
  created_at DATETIME(6) NOT NULL,
  deadline_at DATETIME(6) NOT NULL,
  completed_at DATETIME(6) NOT NULL,
  PRIMARY KEY (request_id),
  KEY ix_newest (tenant, created_at, request_id),
  KEY ix_outcome (tenant, outcome, created_at, request_id),
  KEY ix_judge_model (tenant, judge_model, created_at, request_id),
  KEY ix_candidate_model (tenant, candidate_model, created_at, request_id),
  KEY ix_score (tenant, score_100)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
"""


def upgrade() -> None:
    op.execute(CREATE_TABLE)
