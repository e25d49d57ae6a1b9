-- One data key per person and tenant, wrapped by the deployment's key, which is not in the database.

create table subject_keys (
    tenant       text not null,
    subject      text not null,
    wrapped      bytea,
    made_at      timestamptz not null default clock_timestamp(),
    destroyed_at timestamptz,
    primary key (tenant, subject),
    check ((wrapped is null) = (destroyed_at is not null))
);
create function refuse_revival() returns trigger
    language plpgsql as $$
begin
    if old.destroyed_at is not null or (new.tenant, new.subject) <> (old.tenant, old.subject) then
        raise exception 'a destroyed key stays destroyed, and a key stays its person''s' using errcode = '42501';
    end if;
    return new;
end $$;
create trigger keys_are_destroyed_for_good before update on subject_keys
    for each row execute function refuse_revival();

call protect('subject_keys');
create policy worker_destroys on subject_keys for update to alongside_worker using (true) with check (true);
grant select, insert, update on subject_keys to alongside_app, alongside_worker;
