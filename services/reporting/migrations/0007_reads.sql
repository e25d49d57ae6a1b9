-- Who has read a report about one person. A row is inserted in the transaction that reads, which ends before the answer
-- leaves; nobody changes it, and the worker deletes it after the days of a setting or with the person's erasure.
create table reads (
    id        bigint generated always as identity primary key,
    tenant    text not null,
    person_id uuid not null,
    reader    text not null,
    roles     text[] not null,
    report    text not null,
    as_of     date not null,
    known_at  timestamptz,
    read_at   timestamptz not null default clock_timestamp()
);
comment on table reads is 'Who (reader, roles) has read which report about which person, and for which day and moment.';
create index reads_of_person on reads (tenant, person_id, id);
create index reads_by_time on reads (read_at);
call protect('reads');
create policy worker_forgets on reads for delete to alongside_worker using (true);
grant select, insert on reads to alongside_app;
grant select, delete on reads to alongside_worker;

-- Waits for an erasure of these people that has not committed yet; what is read of somebody erased is not recorded.
create function record_reads(
    r_tenant text, r_people uuid[], r_reader text, r_roles text[], r_report text, r_as_of date, r_known_at timestamptz)
    returns void
    language plpgsql set search_path = public, pg_temp as $$
begin
    perform pg_advisory_xact_lock_shared(hashtextextended(r_tenant || '/' || person, 0))
        from unnest(r_people) person order by person;
    insert into reads (tenant, person_id, reader, roles, report, as_of, known_at)
        select r_tenant, person, r_reader, r_roles, r_report, r_as_of, r_known_at from unnest(r_people) person
        where not exists (
            select from subject_keys k
            where k.tenant = r_tenant and k.subject = person::text and k.destroyed_at is not null);
end $$;

create function forget_reads() returns trigger
    language plpgsql set search_path = public, pg_temp as $$
begin
    perform pg_advisory_xact_lock(hashtextextended(new.tenant || '/' || new.subject, 0));
    delete from reads where tenant = new.tenant and person_id::text = new.subject;
    return null;
end $$;
create trigger reads_go_with_the_key after insert or update on subject_keys
    for each row when (new.destroyed_at is not null) execute function forget_reads();
