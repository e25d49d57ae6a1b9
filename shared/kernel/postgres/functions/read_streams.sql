-- Read whole streams in one round trip, each in order; names their tenants for the transaction.
--
-- Stream by stream: joined and sorted as a whole, they were once read from an index over everything of their tenants.
create or replace function read_streams(r_tenant text[], r_stream text[]) returns setof events
    language plpgsql set search_path = public, pg_temp
    set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
begin
    perform set_config('alongside.tenants', array_to_string(array(select distinct t from unnest(r_tenant) t), ','), true);
    return query
        select e.* from unnest(r_tenant, r_stream) with ordinality r (tenant, stream, nth)
        cross join lateral (
            select * from events e where e.tenant = r.tenant and e.stream = r.stream order by e.version offset 0
        ) e
        order by r.nth, e.version;
end $$;
