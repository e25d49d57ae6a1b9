-- A function's plans are made once for each connection, and kept. Made while a table was nearly empty, they read all of
-- it, and went on doing so until it was analysed, by when it may have a hundred thousand rows: each command cost more
-- than the one before. What a command reads, it reads by key; so the plans of these functions know no other way.

-- Whole streams in one round trip, each in order; names their tenants for the transaction. Stream by stream: joined and put
-- in order as a whole, they were once taken from an index over everything that their tenants have.
create or replace function read_streams(r_tenant text[], r_stream text[]) returns setof events
    language plpgsql set search_path = public, pg_temp as $$
begin
    perform set_config('alongside.tenants', array_to_string(array(select distinct t from unnest(r_tenant) t), ','), true);
    return query
        select e.* from unnest(r_tenant, r_stream) with ordinality r (tenant, stream, nth)
        cross join lateral (
            select * from events e where e.tenant = r.tenant and e.stream = r.stream order by e.version offset 0
        ) e
        order by r.nth, e.version;
end $$;

-- Which of these events the store does not hold at their position.
create function missing(m_position bigint[], m_id uuid[]) returns table ("position" bigint, id uuid)
    language plpgsql stable set search_path = public, pg_temp as $$
#variable_conflict use_column
begin
    return query
        select w.position, w.id from unnest(m_position, m_id) w (position, id)
        where w.id is distinct from (select e.id from events e where e.position = w.position);
end $$;

revoke all on function missing from public;
grant execute on function missing to alongside_worker;

do $$
declare
    door regprocedure;
begin
    for door in
        select p.oid from pg_proc p
        where p.pronamespace = 'public'::regnamespace
              and p.proname in ('append', 'append_each', 'read_streams', 'kept', 'missing')
    loop
        execute format('alter function %s set enable_seqscan = off', door);
        execute format('alter function %s set enable_hashjoin = off', door);
        execute format('alter function %s set enable_mergejoin = off', door);
    end loop;
end $$;
