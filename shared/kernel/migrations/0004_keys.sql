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
call protect('subject_keys');
create policy worker_destroys on subject_keys for update to alongside_worker using (true) with check (true);
grant select, insert, update on subject_keys to alongside_app, alongside_worker;
