-- Keyed digests of what identifies people, so that one person is not recorded twice. A digest cannot be computed without
-- the deployment's key. The rows of a person go when they are erased, and when their record is undone. Everybody on
-- record has a row `person`; whoever has none was recorded before there was this table, and gets rows when next looked up.

create table identity_digests (
    tenant    text not null,
    person_id uuid not null,
    kind      text not null,
    what      text not null check (what in ('person', 'trn', 'hesa_id', 'email')),
    digest    bytea not null,
    primary key (tenant, person_id, what, digest)
);
create unique index held_identifiers on identity_digests (tenant, kind, what, digest) where what in ('trn', 'hesa_id');
create index identities_by_digest on identity_digests (tenant, what, digest);
comment on table identity_digests is 'By keyed digest, who has a TRN, a HESA id or an e-mail address.';

call protect('identity_digests');
grant select, insert, update, delete on identity_digests to alongside_app;
