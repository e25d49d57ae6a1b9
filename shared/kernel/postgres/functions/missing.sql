-- Those of the events, by position and id, that the store does not hold at their position.
create or replace function missing(m_position bigint[], m_id uuid[]) returns table ("position" bigint, id uuid)
    language plpgsql stable set search_path = public, pg_temp
    set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
#variable_conflict use_column
begin
    return query
        select w.position, w.id from unnest(m_position, m_id) w (position, id)
        where w.id is distinct from (select e.id from events e where e.position = w.position);
end $$;
