-- Cursors of those who follow the store, high-water marks of those who follow a topic, and what they had to park.

create table cursors (
    name     text primary key,
    position bigint not null,
    moved_at timestamptz not null default clock_timestamp()
);
comment on table cursors is 'The last position that the relay or a read model (NAME@VERSION) has dealt with.';

create table high_water (
    consumer  text not null,
    source    text not null,
    topic     text not null,
    partition integer not null,
    position  bigint not null,
    moved_at  timestamptz not null default clock_timestamp(),
    primary key (consumer, source, topic, partition)
);
comment on table high_water is 'The last sequence of a source that a consumer has had an effect of, by topic and partition; anything at or below is a repeat.';

create table parked (
    id        bigint generated always as identity primary key,
    consumer  text not null,
    topic     text not null,
    partition integer not null,
    "offset"  bigint not null,
    source    text not null,
    stream    text not null,
    sequence  bigint,
    type      text,
    key       bytea,
    value     bytea,
    headers   jsonb not null,
    reason    text not null,
    status    text not null default 'parked' check (status in ('parked', 'replayed', 'discarded')),
    parked_at timestamptz not null default clock_timestamp(),
    closed_at timestamptz
);
create index parked_streams on parked (consumer, topic, stream) where status = 'parked';
-- The high-water mark lets each event in once; a message that has no sequence is known by its place alone. (Not all of
-- them by their places: in a topic that was made anew, other messages have the same ones.)
create unique index parked_once on parked (consumer, topic, partition, "offset") where sequence is null;
comment on table parked is 'Messages that failed for good, and those behind them in their stream, in order.';

create table read_models (
    name       text not null,
    version    integer not null,
    live       boolean not null,
    definition text not null,
    made_at    timestamptz not null default clock_timestamp(),
    primary key (name, version)
);
create unique index one_live_version on read_models (name) where live;

-- These tables hold no tenant's content: the worker's own, and the API reads how far they are.
alter table cursors enable row level security;
alter table cursors force row level security;
alter table high_water enable row level security;
alter table high_water force row level security;
alter table parked enable row level security;
alter table parked force row level security;
alter table read_models enable row level security;
alter table read_models force row level security;
create policy worker on cursors to alongside_worker using (true) with check (true);
create policy worker on high_water to alongside_worker using (true) with check (true);
create policy worker on parked to alongside_worker using (true) with check (true);
create policy worker on read_models to alongside_worker using (true) with check (true);
create policy app_reads on cursors for select to alongside_app using (true);
create policy app_reads on read_models for select to alongside_app using (true);
grant select, insert, update, delete on cursors, high_water, read_models to alongside_worker;
grant select, insert, update on parked to alongside_worker;
grant select on cursors, read_models to alongside_app;
