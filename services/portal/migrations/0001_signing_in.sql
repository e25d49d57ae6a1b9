-- Erasure comes here as an event, so only the worker destroys a key: whoever breaks into the API cannot.
revoke update on subject_keys from alongside_app;

-- The partnerships that have opened. At sign-in nobody's partnership is known yet, so this table has no row-level
-- security; it holds nothing but the names of tenants.
create table partnerships (
    tenant    text primary key,
    opened_at timestamptz not null default clock_timestamp()
);
comment on table partnerships is 'The tenants in which somebody may sign in.';
grant select, insert on partnerships to alongside_app;
grant select on partnerships to alongside_worker;

-- Keyed digests of e-mail addresses and of identities at providers, by which somebody is found who signs in. They stand
-- in no event, so that they go with the person. A digest cannot be computed without the deployment's key.
create table addresses (
    tenant    text not null,
    person_id uuid not null,
    digest    bytea not null,
    primary key (tenant, person_id)
);
create index people_by_address on addresses (tenant, digest);
comment on table addresses is 'By keyed digest, who has an e-mail address: people on record, and accounts.';

create table identities (
    tenant     text not null,
    account_id uuid not null,
    identity   bytea not null,
    provider   text not null,
    linked_at  timestamptz not null default clock_timestamp(),
    primary key (tenant, account_id, identity)
);
create index accounts_by_identity on identities (tenant, identity);
comment on table identities is 'By keyed digest, the identities at providers that an account is linked to.';

call protect('addresses');
call protect('identities');
grant select, insert, update, delete on addresses, identities to alongside_app, alongside_worker;
create policy worker_writes on addresses to alongside_worker using (true);
create policy worker_writes on identities to alongside_worker using (true);

-- Who is signed in: the secret is in a cookie, and here is its SHA-256. A session belongs to an identity, which may have
-- accounts in several partnerships, so this table has no row-level security either. Nothing in it names a person.
create table web_sessions (
    session      bytea primary key,
    identity     bytea not null,
    provider     text not null,
    tenant       text,
    account_id   uuid,
    role         text,
    signed_in_at timestamptz not null,
    seen_at      timestamptz not null
);
create index web_sessions_of_identity on web_sessions (identity);
create index web_sessions_of_account on web_sessions (tenant, account_id);
create index web_sessions_by_age on web_sessions (seen_at);
comment on table web_sessions is 'Who is signed in, by the digest of the secret in their cookie, and as whom they act.';
grant select, insert, update, delete on web_sessions to alongside_app;
grant select, delete on web_sessions to alongside_worker;
