-- Exports: who took a file of which report, what was asked, and from what it was made, so that the same file can be made
-- again. No rows of the report are kept. No events, because nothing follows from an export, and the API can append none
-- (docs/decisions/0046-exports-are-recorded.md).

create table exports (
    tenant         text not null,
    export_id      uuid not null,
    made_by        text not null,
    made_at        timestamptz not null,
    report         text not null,
    format         text not null,
    as_of          date not null,
    known_at       timestamptz not null,
    position       bigint not null,
    filters        jsonb not null,
    sort           text,
    scope          jsonb not null,
    editions       jsonb not null,
    rows           bigint not null,
    sha256         text not null,
    request_key    text,
    request_digest bytea,
    primary key (tenant, export_id)
);
create unique index exports_by_request on exports (tenant, made_by, request_key);
create index exports_by_time on exports (tenant, made_at desc, export_id);
comment on table exports is 'A file that somebody took of a report: what was asked, and the position and hash of what was answered.';

call protect('exports');
grant select, insert on exports to alongside_app;
grant select on exports to alongside_worker;
