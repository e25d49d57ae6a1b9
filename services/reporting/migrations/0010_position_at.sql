-- The position of the last event of a partnership that was recorded by a moment, 0 where there is none. Events are
-- recorded in the order of their positions, so it is sought bit by bit: reading back from the last event took seconds
-- for a moment some months ago.
create function position_at(of_tenant text, moment timestamptz, most bigint) returns bigint
    language plpgsql stable set search_path = public, pg_temp as $$
declare
    reached bigint := 0;
    step bigint := 1;
    event record;
begin
    while step <= most / 2 loop
        step := step * 2;
    end loop;
    while step > 0 loop
        select e.position, e.recorded_at into event from events e
            where e.tenant = of_tenant and e.position >= reached + step order by e.position limit 1;
        if found and event.position <= most and event.recorded_at <= moment then
            reached := reached + step;
        end if;
        step := step / 2;
    end loop;
    return reached;
end $$;
comment on function position_at is 'The position of the last event of a tenant that was recorded by a moment and is not beyond `most`; 0 where there is none.';
