-- What process managers have decided that is to be done, at once or on a day to come: one row a command.

create table tasks (
    id             uuid primary key,
    tenant         text not null,
    stream         text not null,
    name           text not null,
    body           jsonb not null,
    due_at         timestamptz not null,
    actor          text not null,
    correlation_id uuid not null,
    causation_id   uuid,
    traceparent    text,
    status         text not null default 'waiting' check (status in ('waiting', 'done', 'refused', 'withdrawn', 'failed')),
    attempts       integer not null default 0,
    reason         text,
    made_at        timestamptz not null default clock_timestamp(),
    closed_at      timestamptz
);
comment on table tasks is 'Commands that processes have decided; the id follows from the deciding event, so that each is there once.';
create index tasks_due on tasks (due_at, id) where status = 'waiting';
create index tasks_of_a_process on tasks (tenant, stream, name) where status = 'waiting';

-- Opaque ids only, and the worker's alone.
alter table tasks enable row level security;
alter table tasks force row level security;
create policy worker on tasks to alongside_worker using (true) with check (true);
grant select, insert, update on tasks to alongside_worker;
