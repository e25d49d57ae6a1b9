-- Where events go outside, how far each webhook is, and what its receiver did not take. The API changes these tables and no other.

create table webhooks (
    tenant         text not null,
    webhook_id     uuid not null,
    address        text not null,
    types          text[],
    version        integer not null default 1,
    made_at        timestamptz not null default clock_timestamp(),
    made_by        text not null,
    state          text not null default 'active' check (state in ('active', 'paused', 'disabled')),
    reason         text,
    position       bigint not null,
    failures       integer not null default 0,
    refusals       integer not null default 0,
    failing_since  timestamptz,
    failed_at      timestamptz,
    failure        text,
    delivered_at   timestamptz,
    due_at         timestamptz not null default clock_timestamp(),
    lease          uuid,
    leased_until   timestamptz,
    primary key (tenant, webhook_id),
    unique (tenant, address)
);
comment on table webhooks is 'Addresses that the events of a partnership are sent to; position is that of the last event that was delivered or put aside.';
comment on column webhooks.types is 'The types of events that are sent; null is all.';
comment on column webhooks.lease is 'Of the worker that delivers now; another one may begin after leased_until.';
create index webhooks_due on webhooks (due_at) where state = 'active';

create table webhook_secrets (
    tenant     text not null,
    webhook_id uuid not null,
    secret_id  uuid not null,
    sealed     bytea not null,
    made_at    timestamptz not null default clock_timestamp(),
    until      timestamptz,
    primary key (tenant, webhook_id, secret_id),
    foreign key (tenant, webhook_id) references webhooks on delete cascade
);
comment on table webhook_secrets is 'Secrets that deliveries are signed with, encrypted; one that was replaced signs until a moment.';

create table webhook_dead_letters (
    tenant     text not null,
    webhook_id uuid not null,
    position   bigint not null,
    event_id   uuid not null,
    stream     text not null,
    type       text not null,
    state      text not null default 'dead' check (state in ('dead', 'waiting')),
    reason     text not null,
    put_at     timestamptz not null default clock_timestamp(),
    primary key (tenant, webhook_id, position),
    foreign key (tenant, webhook_id) references webhooks on delete cascade
);
comment on table webhook_dead_letters is 'Events that a receiver did not take, and those behind them in their stream; waiting are those that are to be sent again.';
create index dead_letters_of_a_stream on webhook_dead_letters (tenant, webhook_id, stream);

call protect('webhooks');
call protect('webhook_secrets');
call protect('webhook_dead_letters');
create policy worker on webhooks to alongside_worker using (true) with check (true);
create policy worker on webhook_dead_letters to alongside_worker using (true) with check (true);
grant select, insert, update, delete on webhooks, webhook_secrets, webhook_dead_letters to alongside_app;
grant select, update on webhooks to alongside_worker;
grant select on webhook_secrets to alongside_worker;
grant select, insert, update, delete on webhook_dead_letters to alongside_worker;
