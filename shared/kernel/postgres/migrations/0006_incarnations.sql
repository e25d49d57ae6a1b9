-- A database restored from an older backup goes back in its positions, and draws some of them a second time for other
-- events. Consumers that have seen later ones tell the two by the incarnation: it travels with the position.
-- An event belongs to the last incarnation that was opened after a position below its own.
create table incarnations (
    number         integer primary key check (number > 0),
    after_position bigint not null check (after_position >= 0),
    opened_at      timestamptz not null default clock_timestamp()
);
comment on table incarnations is 'The first, and one more for each time that the database was put back to an older backup.';
insert into incarnations (number, after_position) values (1, 0);

alter table incarnations enable row level security;
alter table incarnations force row level security;
create policy worker on incarnations to alongside_worker using (true) with check (true);
grant select, insert on incarnations to alongside_worker;

alter table high_water add column incarnation integer not null default 1;
comment on table high_water is 'The last event of a source that a consumer has had an effect of, by topic and partition: incarnation and position; anything at or below is a repeat.';
