"""Cameras behind a video platform, played through its HTTP interface."""

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table camera_streams drop constraint ck_camera_streams_kind")
    op.execute(
        "alter table camera_streams add constraint ck_camera_streams_kind"
        " check (kind in ('file', 'rtsp', 'hls', 'gb28181'))"
    )


def downgrade() -> None:
    raise NotImplementedError("cameras behind platforms are on record")
