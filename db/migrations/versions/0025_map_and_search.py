"""The map's cells for every zoom, fire stations, and words to find things by.

What a tile shows of a wide view is counted beforehand: a cell holds the sorted days on which its venues entered and left
the scope, access and duty, so that its counts as of any day are binary searches. Triggers keep cells and words, so that
nobody forgets; both are kept apart by county, and row-level security holds for them as for what they were made from.
"""

from alembic import op
from pypinyin.contrib.tone_convert import to_normal
from pypinyin.pinyin_dict import pinyin_dict

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

IN_COUNTY = "county between (select scope_county_lo()) and (select scope_county_hi())"
IN_SCOPE = f"{IN_COUNTY} or venue_id = any ((select scope_venue_ids())::int[])"

CELLS = """
create table map_cells (
    level smallint not null,
    category text not null,
    x int not null,
    y int not null,
    county int not null,
    east double precision not null,
    north double precision not null,
    entered date[] not null,
    gone date[],
    accessed_from date[],
    accessed_until date[],
    declared_from date[],
    declared_until date[],
    constraint pk_map_cells primary key (level, category, x, y, county)
);
create index ix_map_cells_county on map_cells (county);
create table map_versions (
    county int not null,
    version bigint not null default 1,
    constraint pk_map_versions primary key (county)
);

create function map_cell_size(level int) returns double precision language sql immutable parallel safe as
$$ select 2 * 20037508.342789244 / power(2, level + 6) $$;

-- The cells of these counties drawn anew; only those that hold one of `near`, where places are given.
create function redraw_map(counties int[], near geometry[] default null) returns void
language plpgsql security definer set search_path = public set work_mem = '256MB' as $$
begin
    perform pg_advisory_xact_lock(hashtext('map_cells'), c) from (select distinct unnest(counties) c order by 1) each;
    insert into map_versions (county) select distinct unnest(counties)
        on conflict (county) do update set version = map_versions.version + 1;
    if near is null then
        delete from map_cells where county = any (counties);
        for zoom in 5..9 loop
            {whole};
        end loop;
    else
        delete from map_cells c using ({touched}) t
            where c.level = t.l and c.x = t.x and c.y = t.y and c.county = any (counties);
        {some};
    end if;
end $$;
revoke execute on function redraw_map(int[], geometry[]) from public;

-- What the tiles within the reader's scope were made from: another number whenever any of it changed.
create function map_version() returns bigint language sql stable as $$
    select coalesce(sum(version), 0)::bigint from map_versions
    where county between (select scope_county_lo()) and (select scope_county_hi())
        or county in (select county from venues where id = any ((select scope_venue_ids())::int[]))
$$;
grant select on map_cells, map_versions to anwang_app;
alter table map_cells enable row level security;
"""
CELL_OF = """
    floor((st_x({point}) + 20037508.342789244) / map_cell_size(l))::int as x,
    floor((20037508.342789244 - st_y({point})) / map_cell_size(l))::int as y
"""
TOUCHED = f"select distinct l, {CELL_OF.format(point='p')} from unnest(near) p cross join generate_series(5, 9) l"
WHOLE = f"""
    select l, {CELL_OF.format(point="mercator")}, county, id, category, mercator
    from venues, (select zoom as l) level where county = any (counties)
"""
SOME = f"""
    select t.l, t.x, t.y, v.county, v.id, v.category, v.mercator
    from ({TOUCHED}) t cross join lateral (
        select *, l, {CELL_OF.format(point="mercator")} from venues, (select t.l) level
        where county = any (counties) and mercator && st_makeenvelope(
            t.x * map_cell_size(t.l) - 20037508.342789244, 20037508.342789244 - (t.y + 1) * map_cell_size(t.l),
            (t.x + 1) * map_cell_size(t.l) - 20037508.342789244, 20037508.342789244 - t.y * map_cell_size(t.l), 3857)
    ) v where v.x = t.x and v.y = t.y
"""
EVENTS = (
    ("venues", "id", "in_scope_from"),
    ("venues", "id", "in_scope_until"),
    ("access_history", "venue_id", "accessed_from"),
    ("access_history", "venue_id", "accessed_until"),
    ("duty_history", "venue_id", "declared_from"),
    ("duty_history", "venue_id", "declared_until"),
)


def drawn(from_venues: str) -> str:
    """Cells from venues placed in them."""
    events = " union all ".join(
        f"select {key} as venue_id, {what} as what, {day} as day from {table} where {day} is not null"
        for what, (table, key, day) in enumerate(EVENTS)
    )
    days = ", ".join(f"array_agg(day) filter (where what = {what})" for what in range(len(EVENTS)))
    middle = "avg(st_x(mercator)) filter (where what = 0), avg(st_y(mercator)) filter (where what = 0)"
    return f"""
        with placed as ({from_venues})
        insert into map_cells
        select l, category, x, y, county, {middle}, {days} from (
            select p.l, each.category collate "C" as category, p.x, p.y, p.county, event.what, event.day, p.mercator
            from placed p join ({events}) event on event.venue_id = p.id
                cross join lateral (values (p.category), ('all')) each (category)
            order by 1, 2, 3, 4, 5, event.day
        ) sorted group by l, category, x, y, county
    """


FOLLOW = """
create function redraw_{event}_{table}() returns trigger language plpgsql security definer set search_path = public as $$
declare
    counties int[];
    near geometry[];
    many bool;
begin
    select array_agg(distinct county), count(*) > 300 into counties, many from ({places}) place;
    if counties is null then
        return null;
    end if;
    if not many then
        select array_agg(mercator) into near from ({points}) place;
    end if;
    perform redraw_map(counties, near);
    return null;
end $$;
create trigger redraw_map_{event} after {event} on {table} {referencing}
    for each statement execute function redraw_{event}_{table}();
"""
REFERENCING = {
    "insert": ("new_rows",),
    "update": ("old_rows", "new_rows"),
    "delete": ("old_rows",),
}


def following(table: str) -> list[str]:
    """Triggers by which cells follow what was written."""
    made = []
    for event, rows in REFERENCING.items():
        point = (
            "select county, mercator from {rows}"
            if table == "venues"
            else "select r.county, v.mercator from {rows} r join venues v on v.id = r.venue_id"
        )
        made.append(
            FOLLOW.format(
                event=event,
                table=table,
                places=" union all ".join(f"select county from {each}" for each in rows),
                points=" union all ".join(point.format(rows=each) for each in rows),
                referencing="referencing " + " ".join(f"{each.removesuffix('_rows')} table as {each}" for each in rows),
            )
        )
    return made


STATIONS = """
create table fire_stations (
    id int generated by default as identity,
    code text not null,
    name text not null,
    kind text not null,
    county int not null,
    address text not null default '',
    phone text not null default '',
    point geometry(Point, 4490) not null,
    is_demo bool not null default false,
    recorded_at timestamptz not null default now(),
    constraint pk_fire_stations primary key (id),
    constraint uq_fire_stations_code unique (code),
    constraint ck_fire_stations_kind check (kind in ('professional', 'government', 'enterprise', 'volunteer', 'micro')),
    constraint fk_fire_stations_county foreign key (county) references regions (adcode)
);
create index ix_fire_stations_county on fire_stations (county);
grant select, insert, update on fire_stations to anwang_app;
create function forget_demo_stations() returns void language sql security definer set search_path = public as
$$ delete from fire_stations where is_demo $$;
revoke execute on function forget_demo_stations() from public;
grant execute on function forget_demo_stations() to anwang_app;
"""
SEARCH = """
create extension if not exists pg_trgm;
create table han_sounds (
    han text not null,
    sound text not null,
    constraint pk_han_sounds primary key (han)
);
create table search_entries (
    kind text not null,
    subject_id int not null,
    venue_id int not null,
    county int not null,
    label text not null,
    detail text not null,
    sounds text not null,
    initials text not null,
    constraint pk_search_entries primary key (kind, subject_id),
    constraint ck_search_entries_kind check (kind in ('venue', 'person')),
    constraint fk_search_entries_venue_id foreign key (venue_id) references venues (id) on delete cascade
);
create index ix_search_entries_venue_id on search_entries (venue_id);
create index ix_search_entries_label on search_entries using gin (label gin_trgm_ops);
create index ix_search_entries_detail on search_entries using gin (detail gin_trgm_ops);
create index ix_search_entries_sounds on search_entries using gin (sounds gin_trgm_ops);
create index ix_search_entries_initials on search_entries (initials text_pattern_ops);
create index ix_devices_code_backwards on devices (reverse(code) text_pattern_ops);
create index ix_device_addresses_address on device_addresses (address);
grant select on search_entries to anwang_app;
alter table search_entries enable row level security;

create function note_words_of_venues() returns trigger
language plpgsql security definer set search_path = public as $$
begin
    insert into search_entries
    select 'venue', v.id, v.id, v.county, v.name, v.address, coalesce(s.sounds, ''), v.name_initials
    from new_rows v left join ({sounds}) s on s.id = v.id
    on conflict (kind, subject_id) do update set county = excluded.county, label = excluded.label,
        detail = excluded.detail, sounds = excluded.sounds, initials = excluded.initials;
    return null;
end $$;
create function note_words_of_venue_people() returns trigger
language plpgsql security definer set search_path = public as $$
begin
    insert into search_entries
    select 'person', p.id, p.venue_id, p.county, p.name, p.phone, coalesce(s.sounds, ''), coalesce(s.initials, '')
    from new_rows p left join ({sounds}) s on s.id = p.id
    on conflict (kind, subject_id) do update set venue_id = excluded.venue_id, county = excluded.county,
        label = excluded.label, detail = excluded.detail, sounds = excluded.sounds, initials = excluded.initials;
    return null;
end $$;
create function forget_words() returns trigger language plpgsql security definer set search_path = public as $$
begin
    delete from search_entries where kind = tg_argv[0] and subject_id in (select id from old_rows);
    return null;
end $$;
"""
SOUNDS = """
    select id, string_agg(sound, '' order by at) as sounds, string_agg(left(sound, 1), '' order by at) as initials
    from (
        select n.id, at, coalesce(h.sound, lower(letter)) as sound
        from new_rows n cross join regexp_split_to_table(n.name, '') with ordinality letters (letter, at)
            left join han_sounds h on h.han = letter where letter ~ '[[:alnum:]]'
    ) said group by id
"""
# A search must ask its indexes, and the operators of pg_trgm may not be asked before a policy has spoken: these
# functions run as the owner and keep to the reader's scope themselves, by the same words as the policies.
FIND = """
create function find_words(typed text, said text, most int)
returns table (kind text, subject_id int, score real)
language plpgsql stable security definer set search_path = public set plan_cache_mode = force_custom_plan as $$
begin
    return query
    with mine as (
        select e.*, case
            when e.label = typed then 1.0
            when e.label like typed || '%' then 0.95
            when e.initials = said then 0.93
            when e.label like '%' || typed || '%' then 0.9
            when e.initials like said || '%' then 0.85
            when e.sounds like said || '%' then 0.82
            when length(said) > 3 and e.sounds like '%' || said || '%' then 0.75
            when e.detail like '%' || typed || '%' then 0.7
            else 0 end::real as sure
        from search_entries e
        where ({scope}) and (e.label like '%' || typed || '%' or e.initials like said || '%'
            or e.sounds like said || '%' or (length(said) > 3 and e.sounds like '%' || said || '%')
            or ((e.kind = 'venue' or length(typed) >= 7) and e.detail like '%' || typed || '%'))
    )
    select m.kind, m.subject_id, m.sure from mine m
    order by m.sure desc, m.kind = 'person', length(m.label), m.subject_id limit most;
end $$;
create function find_alike(typed text, said text, most int)
returns table (kind text, subject_id int, score real)
language plpgsql stable security definer set search_path = public set plan_cache_mode = force_custom_plan as $$
begin
    perform set_config('pg_trgm.word_similarity_threshold', '0.55', true);
    return query
    select e.kind, e.subject_id, word_similarity(said, e.sounds) as near from search_entries e
    where ({scope}) and said <% e.sounds
    order by near desc, e.kind = 'person', length(e.label), e.subject_id limit most;
end $$;
create function find_devices(typed text, most int) returns table (device_id int)
language plpgsql stable security definer set search_path = public set plan_cache_mode = force_custom_plan as $$
declare
    ids int[];
begin
    ids := array(select i.id from devices i where i.code = typed
        union select a.device_id from device_addresses a where a.address = typed);
    if cardinality(ids) = 0 then
        ids := array(select i.id from devices i where reverse(i.code) like reverse(typed) || '%' limit 2000)
            || array(select i.id from devices i where i.code >= typed and i.code < typed || chr(1114111) limit 2000);
    end if;
    return query
    select d.id from devices d where d.id = any (ids) and ({scope}) and d.retired_on is null
    order by length(d.code), d.code limit most;
end $$;
revoke execute on function find_words(text, text, int), find_alike(text, text, int), find_devices(text, int) from public;
grant execute on function find_words(text, text, int), find_alike(text, text, int), find_devices(text, int)
    to anwang_app;
"""


def words() -> list[str]:
    """Triggers by which the words to search follow what was written, and what was written before them."""
    made = [SEARCH.replace("{sounds}", SOUNDS), FIND.replace("{scope}", IN_SCOPE)]
    for table, kind in (("venues", "venue"), ("venue_people", "person")):
        for event in ("insert", "update"):
            made.append(
                f"create trigger note_words_{event} after {event} on {table} referencing new table as new_rows"
                f" for each statement execute function note_words_of_{table}()"
            )
        made.append(
            f"create trigger forget_words after delete on {table} referencing old table as old_rows"
            f" for each statement execute function forget_words('{kind}')"
        )
    return made


def upgrade() -> None:
    op.execute(CELLS.replace("{whole}", drawn(WHOLE)).replace("{some}", drawn(SOME)).replace("{touched}", TOUCHED))
    for table in ("venues", "access_history", "duty_history"):
        for block in following(table):
            op.execute(block)
    op.execute("select redraw_map(array_agg(distinct county)) from venues having count(*) > 0")
    op.execute(STATIONS)
    for block in words():
        op.execute(block)
    sounds = ", ".join(f"('{chr(code)}', '{_bare(said)}')" for code, said in pinyin_dict.items() if code <= 0x9FFF)
    op.execute(f"insert into han_sounds (han, sound) values {sounds}")
    op.execute("update venues set name = name where true")
    op.execute("update venue_people set name = name where true")
    op.execute(f"create policy in_scope on map_cells to anwang_app using ({IN_COUNTY})")
    op.execute(f"create policy in_scope on search_entries to anwang_app using ({IN_SCOPE})")


def _bare(said: str) -> str:
    """The commonest sound of a character without its tone."""
    return to_normal(said.split(",")[0]).replace("ü", "v").replace("'", "")


def downgrade() -> None:
    raise NotImplementedError("what things are found by is not taken back")
