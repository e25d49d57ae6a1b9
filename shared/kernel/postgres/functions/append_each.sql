-- Append several commands in one transaction, each with its own compare-and-set and its own Idempotency-Key.
--
-- The same three steps as `append`, in the same order, each for all commands at once: keys, sorted; streams, sorted;
-- then the lock and the insert. A command that conflicts, or whose key was used before, stores nothing and fails no other.
-- Its streams are moved with all others, in one sorted pass, and moved back: locking first and moving later would be a
-- second pass, in which two groups could wait for each other crosswise.
--
-- No stream and no key may come twice in one call: the caller leaves such commands for the next group.
-- Streams are parallel arrays (command, tenant, stream, expected version or null, number of events), events are parallel
-- arrays in the order of their positions, keys are parallel arrays, of which only the digests are stored. Commands are numbered by
-- the caller.
-- Outcome of each command that has events or a key: appended, replayed (with the first answer), reused, conflict.
--
-- Tables are read by key, as in `append`; hash joins are allowed only where arrays are joined with arrays.
create or replace function append_each(
    s_command integer[], s_tenant text[], s_stream text[], s_expected integer[], s_added integer[],
    e_tenant text[], e_stream text[], e_id uuid[], e_type text[], e_schema integer[], e_body jsonb[], e_happened_on date[],
    e_actor text[], e_correlation uuid[], e_causation uuid[], e_traceparent text[],
    k_command integer[], k_tenant text[], k_actor text[], k_key text[], k_digest bytea[], k_answer jsonb[])
    returns table (command integer, outcome text, last_position bigint, answer jsonb)
    language plpgsql security definer set search_path = public, pg_temp
    set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
#variable_conflict use_column
declare
    fresh      integer[];
    kept       jsonb := '{}';  -- by command: what was answered before
    conflicted integer[] := '{}';
    m_tenant   text[];
    m_stream   text[];
    m_before   integer[];
    ended      jsonb := '{}';  -- by command: its last position
begin
    k_key := array(select encode(sha256(convert_to(k, 'UTF8')), 'hex') from unnest(k_key) with ordinality u (k, nth) order by nth);
    perform set_config('alongside.tenants', array_to_string(
        array(select distinct t from unnest(s_tenant || k_tenant) t), ','), true);

    if cardinality(k_command) > 0 then
        -- waits for a command with the same key that has not committed yet
        with put as (
            insert into answers (tenant, actor, key, digest, answer)
                select k.tenant, k.actor, k.key, k.digest, k.answer
                from unnest(k_tenant, k_actor, k_key, k_digest, k_answer) k (tenant, actor, key, digest, answer)
                order by k.tenant, k.actor, k.key
                on conflict do nothing
                returning tenant, actor, key
        )
        select coalesce(array_agg(k.command), '{}') into fresh
            from unnest(k_command, k_tenant, k_actor, k_key) k (command, tenant, actor, key)
            join put using (tenant, actor, key);
        select coalesce(jsonb_object_agg(k.command, jsonb_build_object(
                   'same', a.digest = k.digest, 'position', a.position, 'answer', a.answer)), '{}')
            into kept
            from unnest(k_command, k_tenant, k_actor, k_key, k_digest) k (command, tenant, actor, key, digest)
            join answers a using (tenant, actor, key)
            where k.command <> all (fresh);
    end if;

    perform set_config('enable_hashjoin', 'on', true);
    with wanted as (
        select * from unnest(s_command, s_tenant, s_stream, s_expected, s_added) w (command, tenant, stream, expected, added)
        where not kept ? w.command::text
    ), moved as (
        insert into streams as s (tenant, stream, version)
            select w.tenant, w.stream, w.added from wanted w order by w.tenant, w.stream
            on conflict (tenant, stream) do update set version = s.version + excluded.version
            returning s.tenant, s.stream, s.version
    ), seen as (
        select w.command, w.tenant, w.stream, m.version - w.added as before,
               bool_and(w.expected is null or m.version - w.added = w.expected) over (partition by w.command) as as_wanted
        from wanted w join moved m using (tenant, stream)
    )
    select array_agg(tenant) filter (where as_wanted), array_agg(stream) filter (where as_wanted),
           array_agg(before) filter (where as_wanted),
           coalesce(array_agg(distinct command) filter (where not as_wanted), '{}')
        into m_tenant, m_stream, m_before, conflicted
        from seen;
    perform set_config('enable_hashjoin', 'off', true);

    if cardinality(conflicted) > 0 then
        update streams s set version = s.version - w.added
            from unnest(s_command, s_tenant, s_stream, s_added) w (command, tenant, stream, added)
            where w.command = any (conflicted) and (s.tenant, s.stream) = (w.tenant, w.stream);
        delete from streams s
            using unnest(s_command, s_tenant, s_stream) w (command, tenant, stream)
            where w.command = any (conflicted) and (s.tenant, s.stream) = (w.tenant, w.stream) and s.version = 0;
        delete from answers a
            using unnest(k_command, k_tenant, k_actor, k_key) k (command, tenant, actor, key)
            where k.command = any (conflicted) and (a.tenant, a.actor, a.key) = (k.tenant, k.actor, k.key);
    end if;

    if m_tenant is not null then
        perform pg_advisory_xact_lock(20110901);
        perform set_config('enable_hashjoin', 'on', true);
        with added as (
            insert into events (id, tenant, stream, version, type, schema_version, body, happened_on,
                                actor, correlation_id, causation_id, traceparent)
                select e.id, e.tenant, e.stream,
                       m.before + row_number() over (partition by e.tenant, e.stream order by e.nth),
                       e.type, e.schema_version, e.body, e.happened_on,
                       e.actor, e.correlation, e.causation, e.traceparent
                from unnest(e_id, e_tenant, e_stream, e_type, e_schema, e_body, e_happened_on,
                            e_actor, e_correlation, e_causation, e_traceparent) with ordinality
                     e (id, tenant, stream, type, schema_version, body, happened_on,
                        actor, correlation, causation, traceparent, nth)
                join unnest(m_tenant, m_stream, m_before) m (tenant, stream, before) using (tenant, stream)
                order by e.nth
                returning tenant, stream, position
        ), ends as (
            select w.command, max(a.position) as position
            from added a join unnest(s_command, s_tenant, s_stream) w (command, tenant, stream) using (tenant, stream)
            group by w.command
        )
        select jsonb_object_agg(e.command, e.position) into ended from ends e;
        perform set_config('enable_hashjoin', 'off', true);
        update answers a set position = (ended ->> k.command::text)::bigint
            from unnest(k_command, k_tenant, k_actor, k_key) k (command, tenant, actor, key)
            where ended ? k.command::text and (a.tenant, a.actor, a.key) = (k.tenant, k.actor, k.key);
    end if;

    return query
        select c.command,
               case when c.command = any (conflicted) then 'conflict'
                    when not kept ? c.command::text then 'appended'
                    when (kept -> c.command::text ->> 'same')::boolean then 'replayed'
                    else 'reused' end,
               coalesce(ended ->> c.command::text, kept -> c.command::text ->> 'position')::bigint,
               kept -> c.command::text -> 'answer'
        from (select distinct t from unnest(s_command || k_command) t) c (command);
end $$;
