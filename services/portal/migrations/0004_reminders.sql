-- Who wants no reminders, until which day: written with the command, so that no mail goes out after it.
create table reminder_pauses (
    tenant     text not null,
    account_id uuid not null,
    until      date,
    primary key (tenant, account_id)
);
comment on table reminder_pauses is 'Who wants no reminders by mail, and until which day; without a day, until they ask for them.';
call protect('reminder_pauses');
grant select, insert, update, delete on reminder_pauses to alongside_app;
grant select, delete on reminder_pauses to alongside_worker;
create policy worker_writes on reminder_pauses to alongside_worker using (true);

-- A digest is the one mail with reminders that somebody gets on a day: the primary key is what keeps it at one, however
-- many workers decide at one time. `done_at` is set when the mail server has taken it or refused it for good, or when it is
-- of no use any more. What is in one without it stands in the next one.
create table digests (
    tenant     text not null,
    account_id uuid not null,
    day        date not null,
    mail_id    uuid not null,
    items      jsonb not null,
    done_at    timestamptz,
    primary key (tenant, account_id, day)
);
create unique index digests_by_mail on digests (mail_id);
create index digests_by_day on digests (day);
comment on table digests is 'By person and day, what they were reminded of: kinds, days and opaque ids.';
call protect('digests');
grant select, delete on digests to alongside_app;
grant select, insert, update, delete on digests to alongside_worker;
create policy worker_writes on digests to alongside_worker using (true);

-- The days of which every digest of a partnership was decided: the next day begins after the last of them.
create table reminder_days (
    tenant text not null,
    day    date not null,
    primary key (tenant, day)
);
comment on table reminder_days is 'The days on which it was decided for everybody in a partnership who is reminded of what.';
call protect('reminder_days');
grant select, insert, delete on reminder_days to alongside_worker;
create policy worker_writes on reminder_days to alongside_worker using (true);

-- When a worker began to hand a mail over: after that nobody else does, where sending it twice is worse than not at all.
alter table mails add column handed_at timestamptz;
grant insert on mails to alongside_worker;
