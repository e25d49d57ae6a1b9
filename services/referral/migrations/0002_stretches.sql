-- Large files go in by stretches of rows, and an import can be undone: how far it is, and what it did to schools.

alter table imports
    drop constraint imports_kind_check,
    drop constraint imports_status_check,
    drop constraint imports_check,
    add column rows_found integer not null default 0,
    add column rows_done integer not null default 0,
    add column report jsonb not null default '{"counts": {}, "schools": []}',
    add constraint imports_kind_check
        check (kind in ('schools', 'school_links', 'mentors', 'trainees', 'offers', 'placements')),
    add constraint imports_status_check
        check (status in ('waiting', 'going_in', 'confirmed', 'abandoned', 'going_back', 'undone')),
    add constraint imports_check check ((file is not null) = (status in ('waiting', 'going_in')));
comment on column imports.rows_done is 'Rows that went in, or, while it goes back and after that, those still in.';

create index imports_of_tenant on imports (tenant, brought_at desc);
