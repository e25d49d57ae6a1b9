-- Files that were brought for import. A file holds names: it is sealed with a key of its own (subject import-ID) and
-- goes, with that key, when it is confirmed or abandoned. `errors` name cells and never repeat what they hold.

create table imports (
    tenant      text not null,
    import_id   uuid not null,
    kind        text not null check (kind in ('schools', 'mentors', 'trainees', 'offers')),
    status      text not null default 'waiting' check (status in ('waiting', 'confirmed', 'abandoned')),
    brought_by  text not null,
    brought_at  timestamptz not null,
    expires_at  timestamptz not null,
    file        bytea,
    errors      jsonb not null,
    skipped     jsonb not null,
    will_change jsonb not null,
    primary key (tenant, import_id),
    check ((file is not null) = (status = 'waiting'))
);
create index waiting_imports on imports (tenant, kind, brought_by) where status = 'waiting';
comment on table imports is 'What a dry run found, and the sealed file until it is confirmed, abandoned or expired.';

call protect('imports');
grant select, insert, update on imports to alongside_app;
