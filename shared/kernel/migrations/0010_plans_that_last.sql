-- A function's plans are made once for each connection, and kept. Made while a table was nearly empty, they read all of
-- it, and went on doing so until it was analysed, by when it may have a hundred thousand rows: each command cost more
-- than the one before. What a command reads, it reads by key; so the plans of these functions know no other way.
do $$
declare
    door regprocedure;
begin
    for door in
        select p.oid from pg_proc p
        where p.pronamespace = 'public'::regnamespace and p.proname in ('append', 'append_each', 'read_streams', 'kept')
    loop
        execute format('alter function %s set enable_seqscan = off', door);
        execute format('alter function %s set enable_hashjoin = off', door);
        execute format('alter function %s set enable_mergejoin = off', door);
    end loop;
end $$;
