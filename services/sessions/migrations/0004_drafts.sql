-- What people type into forms, until it is sent: encrypted with their own key, replaced as they go on, and deleted once
-- it is sent or old. No events, because a draft is no fact (docs/decisions/0040-drafts-are-no-events.md).

create table drafts (
    tenant   text not null,
    draft_id uuid not null,
    owner_id text not null,
    version  int not null,
    kept_at  timestamptz not null,
    content  bytea not null,
    primary key (tenant, draft_id, owner_id)
);
create index drafts_of_owner on drafts (tenant, owner_id);
create index drafts_by_age on drafts (tenant, kept_at);
alter table drafts alter column content set storage external; -- what is encrypted cannot be compressed
comment on table drafts is 'What somebody has typed into a form and not sent yet, encrypted with their key.';

call protect('drafts');
grant select, insert, update, delete on drafts to alongside_app;
grant select, delete on drafts to alongside_worker;
