"""Runs: which evaluations belong together, and which of their items is the same in another run. And calibrations."""

from alembic import op
from sqlalchemy import text

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ADD_RUN = """
ALTER TABLE request_history
  ADD COLUMN run VARCHAR(128) NULL,
  ADD COLUMN item VARCHAR(128) NULL,
  ADD KEY ix_run (tenant, run, created_at, request_id)
"""

HAS_RUN = """
SELECT COUNT(*) FROM information_schema.columns
WHERE table_schema = DATABASE() AND table_name = 'request_history' AND column_name = 'run'
"""

CREATE_CALIBRATIONS = """
CREATE TABLE IF NOT EXISTS calibrations (
  id CHAR(36) NOT NULL,
  -- Binary, as in request_history.
  tenant VARBINARY(255) NOT NULL,
  name VARCHAR(128) NOT NULL,
  kind VARCHAR(16) NOT NULL,
  -- Of a jury the names of all: too long for an index of characters.
  judge_model VARBINARY(1300) NOT NULL,
  rubric VARCHAR(128) NOT NULL,
  mode VARCHAR(16) NOT NULL,
  document MEDIUMTEXT NOT NULL CHECK (JSON_VALID(document)),
  created_at DATETIME(6) NOT NULL,
  PRIMARY KEY (id),
  KEY ix_newest (tenant, created_at, id),
  KEY ix_judge (tenant, judge_model, rubric, mode, kind, created_at, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
"""


def upgrade() -> None:
    # DDL is no transaction: a step that broke off after the first statement runs again from its start.
    if not op.get_bind().scalar(text(HAS_RUN)):
        op.execute(ADD_RUN)
    op.execute(CREATE_CALIBRATIONS)
