"""Tiles crowded with venues: cells of zoom 10 are counted beforehand too, and a venue's history is read from its index."""

from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

INDEXES = """
create index ix_access_history_of_venue on access_history (venue_id, accessed_from, accessed_until, county);
create index ix_duty_history_of_venue on duty_history (venue_id, declared_from, declared_until, county);
drop index ix_access_history_venue_id;
drop index ix_duty_history_venue_id;
"""
# The function of revision 0025 as it is, but for its last zoom.
CELLS = """
do $$
declare
    was text := pg_get_functiondef('redraw_map(int[], geometry[])'::regprocedure);
    made text := replace(replace(was, 'in 5..9 loop', 'in 5..10 loop'), 'generate_series(5, 9)', 'generate_series(5, 10)');
begin
    if made not like '%in 5..10 loop%' or made not like '%generate_series(5, 10)%' then
        raise exception 'redraw_map is not as revision 0025 made it';
    end if;
    execute made;
    perform redraw_map(array_agg(adcode)) from regions where level = 'county';
end $$;
"""


def upgrade() -> None:
    op.execute(INDEXES)
    op.execute(CELLS)


def downgrade() -> None:
    raise NotImplementedError("what tiles are quickly made from is not taken back")
