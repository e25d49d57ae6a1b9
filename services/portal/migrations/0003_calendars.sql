-- Calendar feeds. Whoever asks for one has a secret and nothing else, so it is looked up by its digest; the secret itself
-- is encrypted with its owner's key, for them to copy the address again.
create table calendar_feeds (
    tenant      text not null,
    account_id  uuid not null,
    secret      bytea not null,
    sealed      bytea not null,
    names       boolean not null default false,
    meetings_at time,
    primary key (tenant, account_id)
);
create index calendar_feeds_by_secret on calendar_feeds (tenant, secret);
comment on table calendar_feeds is 'By digest, the secret addresses at which calendars read what is due for somebody.';
call protect('calendar_feeds');
grant select, insert, update, delete on calendar_feeds to alongside_app;
grant select, delete on calendar_feeds to alongside_worker;
create policy worker_writes on calendar_feeds to alongside_worker using (true);

create table calendar_entries (
    tenant     text not null,
    account_id uuid not null,
    entry      text not null,
    digest     bytea not null,
    sequence   integer not null,
    changed_at timestamptz not null,
    primary key (tenant, account_id, entry)
);
comment on table calendar_entries is 'How often each entry of a feed has changed, by a digest of what it said the last time.';
call protect('calendar_entries');
grant select, insert, update, delete on calendar_entries to alongside_app;
grant select, delete on calendar_entries to alongside_worker;
create policy worker_writes on calendar_entries to alongside_worker using (true);
