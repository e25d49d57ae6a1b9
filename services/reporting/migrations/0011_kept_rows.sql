-- Of today whole rows of reports are kept, so that a report of a large partnership is read from one table
-- (docs/decisions/0050-figures-of-today-are-kept.md). Nothing is lost: they are reckoned anew from the read tables, since
-- what this version reckons has another digest in kept_figures.
drop table kept_days;
drop table kept_deliveries;

create table kept_deliveries (
    tenant                  text not null,
    relationship_id         uuid not null,
    programme_id            uuid not null,
    trainee_id              uuid not null,
    mentor_id               uuid not null,
    mentor_record_id        uuid not null,
    school_urn              text not null,
    starts_on               date not null,
    ends_on                 date not null,
    role                    text not null,
    mentor_minutes_per_week bigint not null,
    due                     bigint not null,
    due_held                bigint not null,
    not_recorded            bigint not null,
    missing_weeks           date[] not null,
    minutes_due             bigint not null,
    held                    bigint not null,
    missed                  bigint not null,
    minutes                 bigint not null,
    last_held_on            date,
    missed_in_row           bigint not null,
    first_missed_on         date,
    primary key (tenant, relationship_id)
);
comment on table kept_deliveries is 'Of each relationship: meetings due and delivered, and those missed since the last that was held.';

create table kept_placements (
    tenant         text not null,
    trainee_id     uuid not null,
    programme_id   uuid not null,
    standing       text not null,
    since          date,
    reason         text,
    explanation    text,
    would_help     text,
    subject        text,
    phase          text,
    pair_id        uuid,
    mentor_id      uuid,
    school_urn     text,
    travel_minutes bigint,
    starts_on      date,
    ends_on        date,
    primary key (tenant, trainee_id, programme_id)
);
comment on table kept_placements is 'Of each trainee in each programme: the pair, or why there is none.';

create table kept_requirements (
    tenant            text not null,
    trainee_id        uuid not null,
    training_route    text not null,
    course_starts_on  date,
    course_ends_on    date,
    verdict           text,
    book_by           date,
    days_needed       float8,
    days_done         float8 not null,
    days_logged       float8 not null,
    days_confirmed    float8 not null,
    days_accepted     float8 not null,
    days_planned      float8 not null,
    days_to_book      float8,
    intensive_needed  float8,
    intensive_done    float8 not null,
    intensive_planned float8 not null,
    intensive_to_book float8,
    schools_needed    int,
    schools_taught_at int not null,
    schools_booked    int not null,
    schools_to_book   int,
    differ_in         text[] not null,
    schools           text[] not null,
    primary key (tenant, trainee_id)
);
comment on table kept_requirements is 'Of each trainee: days in schools, at which schools, what their route asks for and what is still to book.';

create table kept_judgements (
    tenant       text not null,
    trainee_id   uuid not null,
    programme_id uuid not null,
    school_urn   text not null,
    assessed_on  date not null,
    standards    text not null,
    primary key (tenant, trainee_id)
);
comment on table kept_judgements is 'Of each trainee whom the last assessment judged not on track: the standards, and where they were.';

create table kept_targets_left_alone (
    tenant          text not null,
    target_id       uuid not null,
    relationship_id uuid not null,
    standards       jsonb not null,
    set_on          date not null,
    due_on          date,
    trainee_id      uuid not null,
    mentor_id       uuid not null,
    programme_id    uuid not null,
    school_urn      text not null,
    ends_on         date not null,
    reviewed_on     date,
    looked_at_on    date not null,
    primary key (tenant, target_id)
);
comment on table kept_targets_left_alone is 'Open targets that are past their day, or that nobody has looked at again for weeks.';

call protect('kept_deliveries');
call protect('kept_placements');
call protect('kept_requirements');
call protect('kept_judgements');
call protect('kept_targets_left_alone');
grant select on kept_deliveries, kept_placements, kept_requirements, kept_judgements, kept_targets_left_alone
    to alongside_app;
grant select, insert, update, delete
    on kept_deliveries, kept_placements, kept_requirements, kept_judgements, kept_targets_left_alone
    to alongside_worker;

-- A report asks first what has changed since figures were kept, and then for its rows. If between the two the worker
-- begins with another day, or another version of it with its own figures, the rows would be of those.
create function figures_are_kept(of_name text, of_day date, of_definition text) returns boolean
    language plpgsql stable set search_path = public, pg_temp as $$
begin
    if not exists (
        select from kept_figures f
        where f.tenant = any ((select named_tenants())::text[]) and f.name = of_name and f.as_of = of_day
              and f.definition = of_definition
    ) then
        raise exception 'other figures are kept now' using errcode = 'serialization_failure';
    end if;
    return true;
end $$;
comment on function figures_are_kept is 'True while figures of a day by a definition are kept; otherwise an error that is gone at the next attempt.';

-- Nobody reads these: the figures of a period are those of its last day, as it was known when the period was settled.
alter table settled_periods drop column position, drop column settled_at;
comment on table settled_periods is 'The programmes whose figures of a period are stored.';
