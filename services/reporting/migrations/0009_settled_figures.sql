-- Figures of groups in a month or term that is settled: they never change (docs/decisions/0049), so they are reckoned
-- once and stored. Columns are those of the reports.
create table settled_periods (
    tenant       text not null,
    report       text not null,
    last_day     date not null,
    programme_id uuid not null,
    position     bigint not null,
    settled_at   timestamptz not null,
    primary key (tenant, report, last_day, programme_id)
);
comment on table settled_periods is 'The programmes whose figures of a period are stored, and the position that they were known at.';

create table settled_parity (
    tenant       text not null,
    last_day     date not null,
    programme_id uuid not null,
    grouped_by   text not null,
    value        text not null,
    entitlement  text not null,
    month        date not null,
    school_urn   text,
    name         text,
    people       bigint,
    figure       float8,
    low          float8,
    high         float8,
    primary key (tenant, last_day, programme_id, grouped_by, value, entitlement)
);
comment on table settled_parity is 'Figures of the report parity.';

create table settled_impact (
    tenant       text not null,
    last_day     date not null,
    programme_id uuid not null,
    instrument   text not null,
    role         text not null,
    item         text not null,
    until        date not null,
    mentorings   bigint not null,
    without_end  bigint not null,
    not_released bigint not null,
    people       bigint,
    at_baseline  float8,
    at_end       float8,
    change       float8,
    low          float8,
    high         float8,
    went_up      bigint,
    went_down    bigint,
    primary key (tenant, last_day, programme_id, instrument, role, item)
);
comment on table settled_impact is 'Figures of the report impact.';

call protect('settled_periods');
call protect('settled_parity');
call protect('settled_impact');
grant select on settled_periods, settled_parity, settled_impact to alongside_app;
grant select, insert on settled_periods, settled_parity, settled_impact to alongside_worker;
