"""Where heads are in what a patrol captured plainly."""

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table patrol_captures add column heads jsonb")
    op.execute(
        "create index ix_patrol_captures_headless on patrol_captures (device_id, id)"
        " where heads is null and form = 'plain'"
    )
    op.execute("grant update (heads) on patrol_captures to anwang_app")


def downgrade() -> None:
    op.execute("revoke update (heads) on patrol_captures from anwang_app")
    op.execute("alter table patrol_captures drop column heads")
