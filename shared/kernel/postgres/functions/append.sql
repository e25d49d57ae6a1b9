-- Append events to their streams; the last statement of a transaction.
--
-- (1) compare-and-set of the stream rows, sorted, so that two appends never wait for each other crosswise;
-- (2) the lock, held until the commit is visible; (3) the insert, which draws its positions under that lock.
-- So position order is commit order. A lock taken before (1) would be held while waiting for a stream; positions drawn
-- before (2) would become visible out of order, and a reader that had read past them would lose events.
--
-- Streams are parallel arrays (tenant, stream, expected version or null for any version, number of events);
-- events are parallel arrays in the order of their positions. The key is optional; only its digest is stored.
-- Errors: AL409 a stream has moved on; AL422 the key was used before with another body.
--
-- What a command reads from a table, it reads by key; a plan that was made while the table was nearly empty would read
-- all of it. What the command brings along is joined array with array, by hash.
create or replace function append(
    s_tenant text[], s_stream text[], s_expected integer[], s_added integer[],
    e_tenant text[], e_stream text[], e_id uuid[], e_type text[], e_schema integer[], e_body jsonb[], e_happened_on date[],
    e_actor text[], e_correlation uuid[], e_causation uuid[], e_traceparent text[],
    k_tenant text, k_actor text, k_key text, k_digest bytea, k_answer jsonb,
    out last_position bigint, out answer jsonb, out replayed boolean)
    language plpgsql security definer set search_path = public, pg_temp
    set enable_seqscan = off set enable_mergejoin = off as $$
declare
    m_tenant  text[];
    m_stream  text[];
    m_before  integer[];
    as_wanted boolean;
    kept      answers;
begin
    k_key := encode(sha256(convert_to(k_key, 'UTF8')), 'hex');
    replayed := false;
    answer := k_answer;
    perform set_config('alongside.tenants', array_to_string(
        array(select distinct t from unnest(s_tenant || k_tenant) t where t is not null), ','), true);

    if k_key is not null then
        -- waits for a command with the same key that has not committed yet
        insert into answers as a (tenant, actor, key, digest, answer)
            values (k_tenant, k_actor, k_key, k_digest, k_answer) on conflict do nothing;
        if not found then
            select a.* into kept from answers a where (a.tenant, a.actor, a.key) = (k_tenant, k_actor, k_key);
            if kept.digest <> k_digest then
                raise exception 'the key came before with another body' using errcode = 'AL422';
            end if;
            last_position := kept.position;
            answer := kept.answer;
            replayed := true;
            return;
        end if;
    end if;

    with wanted as (
        select * from unnest(s_tenant, s_stream, s_expected, s_added) w (tenant, stream, expected, added)
    ), moved as (
        insert into streams as s (tenant, stream, version)
            select w.tenant, w.stream, w.added from wanted w order by w.tenant, w.stream
            on conflict (tenant, stream) do update set version = s.version + excluded.version
            returning s.tenant, s.stream, s.version
    )
    select array_agg(w.tenant), array_agg(w.stream), array_agg(m.version - w.added),
           bool_and(w.expected is null or m.version - w.added = w.expected)
        into m_tenant, m_stream, m_before, as_wanted
        from wanted w join moved m using (tenant, stream);
    if not as_wanted then
        raise exception 'a stream has moved on' using errcode = 'AL409';
    end if;

    perform pg_advisory_xact_lock(20110901);

    with added as (
        insert into events (id, tenant, stream, version, type, schema_version, body, happened_on,
                            actor, correlation_id, causation_id, traceparent)
            select e.id, e.tenant, e.stream,
                   m.before + row_number() over (partition by e.tenant, e.stream order by e.nth),
                   e.type, e.schema_version, e.body, e.happened_on, e.actor, e.correlation, e.causation, e.traceparent
            from unnest(e_id, e_tenant, e_stream, e_type, e_schema, e_body, e_happened_on,
                        e_actor, e_correlation, e_causation, e_traceparent) with ordinality
                 e (id, tenant, stream, type, schema_version, body, happened_on, actor, correlation, causation, traceparent, nth)
            join unnest(m_tenant, m_stream, m_before) m (tenant, stream, before) using (tenant, stream)
            order by e.nth
            returning position
    )
    select max(position) into last_position from added;
    if k_key is not null then
        update answers a set position = last_position where (a.tenant, a.actor, a.key) = (k_tenant, k_actor, k_key);
    end if;
end $$;
