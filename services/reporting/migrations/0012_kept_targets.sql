-- Of today the open targets are kept that call for a look (docs/decisions/0050-figures-of-today-are-kept.md). They are
-- made from the read tables, and can be deleted at any time.
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

call protect('kept_targets_left_alone');
grant select on kept_targets_left_alone to alongside_app;
grant select, insert, update, delete on kept_targets_left_alone to alongside_worker;

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
