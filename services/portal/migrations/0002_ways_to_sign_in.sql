-- Accounts that are closed. The read model of accounts follows a moment later; here it stands from the moment on.
create table closures (
    tenant     text not null,
    account_id uuid not null,
    primary key (tenant, account_id)
);
comment on table closures is 'Accounts that are closed: whoever has one sees no page, from this moment on.';
call protect('closures');
grant select, insert, delete on closures to alongside_app;
grant select on closures to alongside_worker;

-- Links in invitations, by the digest of the secret in them.
create table invitations (
    tenant     text not null,
    account_id uuid not null,
    secret     bytea not null,
    expires_at timestamptz not null,
    primary key (tenant, account_id)
);
create index invitations_by_secret on invitations (tenant, secret);
comment on table invitations is 'By digest, the links that were sent to somebody who is invited.';
call protect('invitations');
grant select, insert, update, delete on invitations to alongside_app;
grant select, delete on invitations to alongside_worker;
create policy worker_writes on invitations to alongside_worker using (true);

-- Codes to sign in with, by keyed digests of the code and of the secret in the cookie of the browser that asked for it.
-- Whether somebody has the address is not known here, so none of these tables belongs to a partnership.
create table sign_in_codes (
    request    bytea primary key,
    address    bytea not null,
    code       bytea not null,
    tries      integer not null default 0,
    expires_at timestamptz not null
);
create index sign_in_codes_by_age on sign_in_codes (expires_at);
comment on table sign_in_codes is 'Codes that were asked for, by digest; a row goes once it is used or over.';
grant select, insert, update, delete on sign_in_codes to alongside_app;
grant select, delete on sign_in_codes to alongside_worker;

create table code_requests (
    request  bytea primary key,
    address  bytea not null,
    asked_at timestamptz not null
);
create index code_requests_of_address on code_requests (address, asked_at);
create index code_requests_by_age on code_requests (asked_at);
comment on table code_requests is 'How often codes were asked for an address within a day and not used.';
grant select, insert, delete on code_requests to alongside_app;
grant select, delete on code_requests to alongside_worker;

-- What somebody has come back from a provider with: it counts once.
create table spent_states (
    state    bytea primary key,
    spent_at timestamptz not null
);
create index spent_states_by_age on spent_states (spent_at);
comment on table spent_states is 'By digest, the attempts to sign in at a provider that were answered.';
grant select, insert on spent_states to alongside_app;
grant select, delete on spent_states to alongside_worker;

-- Mails that wait to be sent, and those that could not be. Address and content are encrypted: with the key of the person
-- where they have an account, so that they go with it, otherwise with the deployment's.
create table mails (
    mail_id      uuid primary key,
    kind         text not null,
    tenant       text,
    account_id   uuid,
    content      bytea not null,
    created_at   timestamptz not null,
    due_at       timestamptz not null,
    expires_at   timestamptz not null,
    tries        integer not null default 0,
    dead_because text
);
create index mails_due on mails (due_at) where dead_because is null;
create index mails_of_account on mails (tenant, account_id);
comment on table mails is 'Mails that wait to be sent, encrypted; a row goes once its mail is sent or of no use.';
grant insert on mails to alongside_app;
grant select, update, delete on mails to alongside_worker;
