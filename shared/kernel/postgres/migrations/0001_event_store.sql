-- Streams and events. Roles: alongside_app (API) and alongside_worker (relay, consumer, projector) are groups; the owner runs this.

create function named_tenants() returns text[]
    language sql stable parallel safe
    return string_to_array(current_setting('alongside.tenants', true), ',');
comment on function named_tenants is 'The tenants this transaction has named; none named is none seen.';

create table streams (
    tenant  text not null,
    stream  text not null,
    version integer not null,
    primary key (tenant, stream)
);

create table events (
    position       bigint generated always as identity primary key,
    id             uuid not null,
    tenant         text not null,
    stream         text not null,
    version        integer not null,
    type           text not null,
    schema_version integer not null,
    body           jsonb not null,
    happened_on    date not null,
    recorded_at    timestamptz not null default clock_timestamp(),
    actor          text not null,
    correlation_id uuid not null,
    causation_id   uuid,
    traceparent    text,
    unique (tenant, stream, version)
);

create function refuse_change() returns trigger
    language plpgsql as $$
begin
    raise exception 'events are facts: they are never changed (%)', lower(tg_op);
end $$;
create trigger events_are_facts before update or delete on events
    for each row execute function refuse_change();
create trigger events_are_never_truncated before truncate on events
    for each statement execute function refuse_change();

create table answers (
    tenant      text not null,
    actor       text not null,
    key         text not null,
    digest      bytea not null,
    answer      jsonb not null,
    position    bigint,
    recorded_at timestamptz not null default clock_timestamp(),
    primary key (tenant, actor, key)
);
comment on table answers is 'The answer to each command that came with an Idempotency-Key, stored with its events.';

-- Protects a table: rows of named tenants only, for everyone but the worker.
create procedure protect(protected regclass)
    language plpgsql as $$
begin
    execute format('alter table %s enable row level security', protected);
    execute format('alter table %s force row level security', protected);
    execute format('create policy named_tenants on %s using (tenant = any ((select named_tenants())::text[]))', protected);
    execute format('create policy worker_reads_all on %s for select to alongside_worker using (true)', protected);
end $$;

call protect('streams');
call protect('events');
call protect('answers');
grant select on streams, events, answers to alongside_app, alongside_worker;
