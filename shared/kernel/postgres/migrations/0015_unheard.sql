-- What a consumer has passed over: a reader of an older version moves the marks past events of types that only a newer one
-- reacts to. The newer one reads the topic again for these types alone, each of them from a mark of its own.

create table reactions (
    consumer     text not null,
    type         text not null,
    version      integer not null check (version > 0),
    known_before boolean not null,
    primary key (consumer, type)
);
comment on table reactions is 'The types of events that a consumer reacts to, with the newest version of the reaction; known_before: readers that did not keep this table are taken to react to it too.';

create table unheard (
    consumer    text not null,
    source      text not null,
    topic       text not null,
    partition   integer not null,
    type        text not null,
    version     integer not null,
    incarnation integer not null,
    position    bigint not null,
    moved_at    timestamptz not null default clock_timestamp(),
    primary key (consumer, source, topic, partition, type)
);
comment on table unheard is 'Events of this type after this mark, up to the consumer''s own mark, have been passed over; a reader with this version of the reaction will hear them. Nobody else reacts to the type here as long as the row is there.';

alter table high_water add column recorded_incarnation integer;
alter table high_water add column recorded_position bigint;
comment on column high_water.recorded_position is 'The mark to which readers that keep the table unheard have moved it; whoever moved it further did not.';

alter table reactions enable row level security;
alter table reactions force row level security;
alter table unheard enable row level security;
alter table unheard force row level security;
create policy worker on reactions to alongside_worker using (true) with check (true);
create policy worker on unheard to alongside_worker using (true) with check (true);
grant select, insert, update, delete on reactions, unheard to alongside_worker;
