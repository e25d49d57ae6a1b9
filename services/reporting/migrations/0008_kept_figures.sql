-- Figures of today, reckoned once and then only where something has changed, so that a report of a large partnership
-- need not reckon all of them (docs/decisions/0050-figures-of-today-are-kept.md). They are made from the read tables,
-- and can be deleted at any time.
create table kept_figures (
    tenant     text not null,
    name       text not null,
    as_of      date not null,
    position   bigint not null,
    definition text not null,
    primary key (tenant, name)
);
comment on table kept_figures is 'Up to which day and position, and by which version, the figures in kept_NAME were reckoned.';

create table kept_deliveries (
    tenant          text not null,
    relationship_id uuid not null,
    due             bigint not null,
    due_held        bigint not null,
    not_recorded    bigint not null,
    missing_weeks   date[] not null,
    minutes_due     bigint not null,
    held            bigint not null,
    missed          bigint not null,
    minutes         bigint not null,
    last_held_on    date,
    missed_in_row   bigint not null,
    first_missed_on date,
    primary key (tenant, relationship_id)
);
comment on table kept_deliveries is 'Of each relationship: meetings due and delivered, and those missed since the last that was held.';

create table kept_days (
    tenant            text not null,
    trainee_id        uuid not null,
    days_done         float8 not null,
    days_logged       float8 not null,
    days_confirmed    float8 not null,
    days_accepted     float8 not null,
    days_planned      float8 not null,
    intensive_done    float8 not null,
    intensive_planned float8 not null,
    schools_taught    text[] not null,
    schools_planned   text[] not null,
    primary key (tenant, trainee_id)
);
comment on table kept_days is 'Of each trainee: days in schools, and at which schools.';

call protect('kept_figures');
call protect('kept_deliveries');
call protect('kept_days');
grant select on kept_figures, kept_deliveries, kept_days to alongside_app;
grant select, insert, update, delete on kept_figures, kept_deliveries, kept_days to alongside_worker;
