"""Editions of what a camera watches, why a verdict was refused, and where heads are in a picture."""

from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table camera_streams add column zones_revision int not null default 0")
    op.execute("alter table camera_streams add column zones_changed_at timestamptz")
    op.execute("alter table camera_streams add column zones_changed_by_name text")
    op.execute("alter table vision_verdicts add column outcome_reason text")
    op.execute("alter table camera_frames add column heads jsonb")
    op.execute("create index ix_camera_frames_headless on camera_frames (device_id, id) where heads is null")
    op.execute(
        "create index ix_vision_verdicts_waiting on vision_verdicts (id)"
        " where mode = 'review' and outcome is null and alarm_id is null and rule <> 'flame'"
    )


def downgrade() -> None:
    raise NotImplementedError("who changed what a camera watches is on record")
