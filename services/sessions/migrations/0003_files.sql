-- Files that people attach to their journal: chunks, each encrypted with the owner's key, so that no file is ever held
-- whole. A file that is not `complete` is arriving, or broke off and goes with the next file that somebody sends.

create table files (
    tenant     text not null,
    file_id    uuid not null,
    owner_id   text not null,
    size       bigint not null default 0,
    complete   boolean not null default false,
    started_at timestamptz not null default clock_timestamp(),
    primary key (tenant, file_id)
);
create index files_of_owner on files (tenant, owner_id);
comment on table files is 'A file that is attached to a journal entry, or that is arriving; its chunks hold what is in it.';

create table file_chunks (
    tenant  text not null,
    file_id uuid not null,
    number  int not null,
    content bytea not null,
    primary key (tenant, file_id, number),
    foreign key (tenant, file_id) references files on delete cascade
);
alter table file_chunks alter column content set storage external; -- what is encrypted cannot be compressed
comment on table file_chunks is 'A part of a file, encrypted with the key of its owner.';

call protect('files');
call protect('file_chunks');
grant select, insert, update, delete on files to alongside_app;
grant select, insert, delete on file_chunks to alongside_app;
grant select, delete on files to alongside_worker;
grant select, delete on file_chunks to alongside_worker;
