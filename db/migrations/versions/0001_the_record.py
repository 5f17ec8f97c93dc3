"""the record"""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_log",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("venue_id", sa.Integer(), nullable=True),
        sa.Column("county", sa.Integer(), nullable=True),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("previous_hash", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_log")),
    )
    op.create_table(
        "dead_letters",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("peer", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dead_letters")),
    )
    op.create_table(
        "feeds",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("alive_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("refused", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_feeds")),
    )
    op.create_table(
        "coverage_steps",
        sa.Column("grain", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("county", sa.Integer(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("venues", sa.Integer(), server_default="0", nullable=False),
        sa.Column("accessed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("on_duty", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("grain", "day", "county", "category", name=op.f("pk_coverage_steps")),
    )
    op.create_table(
        "milestones",
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("category", name=op.f("pk_milestones")),
    )
    op.create_table(
        "people",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("is_demo", sa.Boolean(), server_default="false", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
    )
    op.create_table(
        "regions",
        sa.Column("adcode", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("parent", sa.Integer(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column(
            "label_point",
            Geometry(
                geometry_type="POINT",
                srid=4490,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column(
            "boundary",
            Geometry(
                geometry_type="MULTIPOLYGON",
                srid=4490,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["parent"], ["regions.adcode"], name=op.f("fk_regions_parent")),
        sa.PrimaryKeyConstraint("adcode", name=op.f("pk_regions")),
    )
    op.create_index("ix_regions_boundary", "regions", ["boundary"], unique=False, postgresql_using="gist")
    op.create_table(
        "signals",
        sa.Column("device_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("signal", sa.Text(), nullable=False),
        sa.Column("observed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("venue_id", sa.Integer(), nullable=False),
        sa.Column("county", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("alarm", sa.Boolean(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("device_id", "signal", "observed_at", name=op.f("pk_signals")),
        postgresql_partition_by="RANGE (observed_at)",
    )
    op.create_index("ix_signals_venue_id_observed_at", "signals", ["venue_id", "observed_at"], unique=False)
    op.create_table(
        "accounts",
        sa.Column("person_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disabled", sa.Boolean(), server_default="false", nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_accounts_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("login", name=op.f("uq_accounts_login")),
    )
    op.create_table(
        "maintainers",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("city", sa.Integer(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), server_default="false", nullable=False),
        sa.ForeignKeyConstraint(["city"], ["regions.adcode"], name=op.f("fk_maintainers_city")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_maintainers")),
        sa.UniqueConstraint("name", name=op.f("uq_maintainers_name")),
    )
    op.create_table(
        "venues",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_initials", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("sub_type", sa.Text(), nullable=True),
        sa.Column("county", sa.Integer(), nullable=False),
        sa.Column("city", sa.Integer(), sa.Computed("county / 100 * 100", persisted=True), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("students", sa.Integer(), nullable=True),
        sa.Column(
            "point",
            Geometry(
                geometry_type="POINT",
                srid=4490,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column(
            "mercator",
            Geometry(
                geometry_type="POINT",
                srid=3857,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            sa.Computed("st_transform(point, 3857)", persisted=True),
            nullable=False,
        ),
        sa.Column("in_scope_from", sa.Date(), nullable=False),
        sa.Column("in_scope_until", sa.Date(), nullable=True),
        sa.Column("is_demo", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "in_scope_until is null or in_scope_until > in_scope_from", name=op.f("ck_venues_scope_order")
        ),
        sa.ForeignKeyConstraint(["county"], ["regions.adcode"], name=op.f("fk_venues_county")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_venues")),
        sa.UniqueConstraint("id", "county", "category", name=op.f("uq_venues_id_county_category")),
        sa.UniqueConstraint("code", name=op.f("uq_venues_code")),
    )
    op.create_index("ix_venues_county_category", "venues", ["county", "category"], unique=False)
    op.create_index("ix_venues_mercator", "venues", ["mercator"], unique=False, postgresql_using="gist")
    op.create_table(
        "access_history",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("venue_id", sa.Integer(), nullable=False),
        sa.Column("county", sa.Integer(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("accessed_from", sa.Date(), nullable=False),
        sa.Column("accessed_until", sa.Date(), nullable=True),
        sa.Column("ended_because", sa.Text(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "accessed_until is null or accessed_until > accessed_from", name=op.f("ck_access_history_order")
        ),
        sa.ForeignKeyConstraint(
            ["venue_id", "county", "category"],
            ["venues.id", "venues.county", "venues.category"],
            name="fk_access_history_venue",
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_history")),
    )
    op.create_index(op.f("ix_access_history_venue_id"), "access_history", ["venue_id"], unique=False)
    op.create_table(
        "areas",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("venue_id", sa.Integer(), nullable=False),
        sa.Column("county", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("floor", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["county"], ["regions.adcode"], name=op.f("fk_areas_county")),
        sa.ForeignKeyConstraint(["venue_id"], ["venues.id"], name=op.f("fk_areas_venue_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_areas")),
    )
    op.create_index(op.f("ix_areas_venue_id"), "areas", ["venue_id"], unique=False)
    op.create_table(
        "contracts",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("venue_id", sa.Integer(), nullable=False),
        sa.Column("county", sa.Integer(), nullable=False),
        sa.Column("maintainer_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.CheckConstraint("ends_on is null or ends_on > starts_on", name=op.f("ck_contracts_order")),
        sa.ForeignKeyConstraint(["county"], ["regions.adcode"], name=op.f("fk_contracts_county")),
        sa.ForeignKeyConstraint(["maintainer_id"], ["maintainers.id"], name=op.f("fk_contracts_maintainer_id")),
        sa.ForeignKeyConstraint(["venue_id"], ["venues.id"], name=op.f("fk_contracts_venue_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contracts")),
    )
    op.create_index("ix_contracts_maintainer_id", "contracts", ["maintainer_id", "starts_on"], unique=False)
    op.create_index(op.f("ix_contracts_venue_id"), "contracts", ["venue_id"], unique=False)
    op.create_table(
        "duty_history",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("venue_id", sa.Integer(), nullable=False),
        sa.Column("county", sa.Integer(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("maintainer_id", sa.Integer(), nullable=True),
        sa.Column("declared_from", sa.Date(), nullable=False),
        sa.Column("declared_until", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "declared_until is null or declared_until > declared_from", name=op.f("ck_duty_history_order")
        ),
        sa.ForeignKeyConstraint(["maintainer_id"], ["maintainers.id"], name=op.f("fk_duty_history_maintainer_id")),
        sa.ForeignKeyConstraint(
            ["venue_id", "county", "category"],
            ["venues.id", "venues.county", "venues.category"],
            name="fk_duty_history_venue",
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_history")),
    )
    op.create_index(op.f("ix_duty_history_venue_id"), "duty_history", ["venue_id"], unique=False)
    op.create_table(
        "grants",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("county_lo", sa.Integer(), nullable=False),
        sa.Column("county_hi", sa.Integer(), nullable=False),
        sa.Column("venue_id", sa.Integer(), nullable=True),
        sa.Column("maintainer_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["maintainer_id"], ["maintainers.id"], name=op.f("fk_grants_maintainer_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_grants_person_id")),
        sa.ForeignKeyConstraint(["venue_id"], ["venues.id"], name=op.f("fk_grants_venue_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grants")),
    )
    op.create_index(op.f("ix_grants_person_id"), "grants", ["person_id"], unique=False)
    op.create_index(op.f("ix_grants_venue_id"), "grants", ["venue_id"], unique=False)
    op.create_table(
        "venue_people",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("venue_id", sa.Integer(), nullable=False),
        sa.Column("county", sa.Integer(), nullable=False),
        sa.Column("duty", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["county"], ["regions.adcode"], name=op.f("fk_venue_people_county")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_venue_people_person_id")),
        sa.ForeignKeyConstraint(["venue_id"], ["venues.id"], name=op.f("fk_venue_people_venue_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_venue_people")),
    )
    op.create_index(op.f("ix_venue_people_venue_id"), "venue_people", ["venue_id"], unique=False)
    op.create_table(
        "devices",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("venue_id", sa.Integer(), nullable=False),
        sa.Column("county", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("installed_on", sa.Date(), nullable=False),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.Column("is_demo", sa.Boolean(), server_default="false", nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_devices_area_id")),
        sa.ForeignKeyConstraint(["county"], ["regions.adcode"], name=op.f("fk_devices_county")),
        sa.ForeignKeyConstraint(["venue_id"], ["venues.id"], name=op.f("fk_devices_venue_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_devices")),
        sa.UniqueConstraint("code", name=op.f("uq_devices_code")),
    )
    op.create_index(op.f("ix_devices_venue_id"), "devices", ["venue_id"], unique=False)
    op.create_table(
        "login_sessions",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("grant_id", sa.Integer(), nullable=False),
        sa.Column("csrf_token", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("user_agent", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["grant_id"], ["grants.id"], name=op.f("fk_login_sessions_grant_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_login_sessions_person_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_login_sessions")),
    )
    op.create_index(op.f("ix_login_sessions_person_id"), "login_sessions", ["person_id"], unique=False)
    op.create_table(
        "wall_tokens",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("grant_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["grant_id"], ["grants.id"], name=op.f("fk_wall_tokens_grant_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_wall_tokens")),
    )
    op.create_table(
        "alarms",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("venue_id", sa.Integer(), nullable=False),
        sa.Column("county", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=True),
        sa.Column("device_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("signal", sa.Text(), nullable=True),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_signal_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signal_count", sa.Integer(), server_default="1", nullable=False),
        sa.Column("device_count", sa.Integer(), server_default="1", nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by", sa.Integer(), nullable=True),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verdict", sa.Text(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_demo", sa.Boolean(), server_default="false", nullable=False),
        sa.ForeignKeyConstraint(["acknowledged_by"], ["people.id"], name=op.f("fk_alarms_acknowledged_by")),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_alarms_area_id")),
        sa.ForeignKeyConstraint(["county"], ["regions.adcode"], name=op.f("fk_alarms_county")),
        sa.ForeignKeyConstraint(["device_id"], ["devices.id"], name=op.f("fk_alarms_device_id")),
        sa.ForeignKeyConstraint(["venue_id"], ["venues.id"], name=op.f("fk_alarms_venue_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarms")),
    )
    op.create_index(
        "ix_alarms_open", "alarms", ["level", "raised_at"], unique=False, postgresql_where=sa.text("closed_at is null")
    )
    op.create_index("ix_alarms_raised_at", "alarms", ["raised_at"], unique=False)
    op.create_index("ix_alarms_venue_id_raised_at", "alarms", ["venue_id", "raised_at"], unique=False)
    op.create_index(
        "uq_alarms_open",
        "alarms",
        ["venue_id", sa.literal_column("coalesce(area_id, 0)"), "kind"],
        unique=True,
        postgresql_where=sa.text("closed_at is null"),
    )
    op.create_table(
        "device_latest",
        sa.Column("device_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("venue_id", sa.Integer(), nullable=False),
        sa.Column("county", sa.Integer(), nullable=False),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("observed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signal", sa.Text(), nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("battery_pct", sa.SmallInteger(), nullable=True),
        sa.Column("rssi_dbm", sa.SmallInteger(), nullable=True),
        sa.ForeignKeyConstraint(["county"], ["regions.adcode"], name=op.f("fk_device_latest_county")),
        sa.ForeignKeyConstraint(["device_id"], ["devices.id"], name=op.f("fk_device_latest_device_id")),
        sa.ForeignKeyConstraint(["venue_id"], ["venues.id"], name=op.f("fk_device_latest_venue_id")),
        sa.PrimaryKeyConstraint("device_id", name=op.f("pk_device_latest")),
    )
    op.create_index(op.f("ix_device_latest_venue_id"), "device_latest", ["venue_id"], unique=False)
    op.create_table(
        "alarm_steps",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("alarm_id", sa.BigInteger(), nullable=False),
        sa.Column("venue_id", sa.Integer(), nullable=False),
        sa.Column("county", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["actor_id"], ["people.id"], name=op.f("fk_alarm_steps_actor_id")),
        sa.ForeignKeyConstraint(["alarm_id"], ["alarms.id"], name=op.f("fk_alarm_steps_alarm_id")),
        sa.ForeignKeyConstraint(["county"], ["regions.adcode"], name=op.f("fk_alarm_steps_county")),
        sa.ForeignKeyConstraint(["venue_id"], ["venues.id"], name=op.f("fk_alarm_steps_venue_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarm_steps")),
    )
    op.create_index("ix_alarm_steps_alarm_id", "alarm_steps", ["alarm_id", "at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_alarm_steps_alarm_id", table_name="alarm_steps")
    op.drop_table("alarm_steps")
    op.drop_index(op.f("ix_device_latest_venue_id"), table_name="device_latest")
    op.drop_table("device_latest")
    op.drop_index("uq_alarms_open", table_name="alarms", postgresql_where=sa.text("closed_at is null"))
    op.drop_index("ix_alarms_venue_id_raised_at", table_name="alarms")
    op.drop_index("ix_alarms_raised_at", table_name="alarms")
    op.drop_index("ix_alarms_open", table_name="alarms", postgresql_where=sa.text("closed_at is null"))
    op.drop_table("alarms")
    op.drop_table("wall_tokens")
    op.drop_index(op.f("ix_login_sessions_person_id"), table_name="login_sessions")
    op.drop_table("login_sessions")
    op.drop_index(op.f("ix_devices_venue_id"), table_name="devices")
    op.drop_table("devices")
    op.drop_index(op.f("ix_venue_people_venue_id"), table_name="venue_people")
    op.drop_table("venue_people")
    op.drop_index(op.f("ix_grants_venue_id"), table_name="grants")
    op.drop_index(op.f("ix_grants_person_id"), table_name="grants")
    op.drop_table("grants")
    op.drop_index(op.f("ix_duty_history_venue_id"), table_name="duty_history")
    op.drop_table("duty_history")
    op.drop_index(op.f("ix_contracts_venue_id"), table_name="contracts")
    op.drop_index("ix_contracts_maintainer_id", table_name="contracts")
    op.drop_table("contracts")
    op.drop_index(op.f("ix_areas_venue_id"), table_name="areas")
    op.drop_table("areas")
    op.drop_index(op.f("ix_access_history_venue_id"), table_name="access_history")
    op.drop_table("access_history")
    op.drop_index("ix_venues_mercator", table_name="venues", postgresql_using="gist")
    op.drop_index("ix_venues_county_category", table_name="venues")
    op.drop_table("venues")
    op.drop_table("maintainers")
    op.drop_table("accounts")
    op.drop_index("ix_signals_venue_id_observed_at", table_name="signals")
    op.drop_table("signals")
    op.drop_index("ix_regions_boundary", table_name="regions", postgresql_using="gist")
    op.drop_table("regions")
    op.drop_table("people")
    op.drop_table("milestones")
    op.drop_table("feeds")
    op.drop_table("dead_letters")
    op.drop_table("audit_log")
