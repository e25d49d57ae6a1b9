-- Of today the mentors over their capacity are kept, so that the overview of a large partnership does not add up all
-- relationships (docs/decisions/0050-figures-of-today-are-kept.md).
create table kept_over_capacity (
    tenant         text not null,
    mentor_id      uuid not null,
    school_urn     text not null,
    capacity_hours float8 not null,
    minutes        bigint not null,
    since          date not null,
    primary key (tenant, mentor_id)
);
comment on table kept_over_capacity is 'Of each mentor whose active relationships take more time than they have: the minutes a week, and the hours they have.';

call protect('kept_over_capacity');
grant select on kept_over_capacity to alongside_app;
grant select, insert, update, delete on kept_over_capacity to alongside_worker;
