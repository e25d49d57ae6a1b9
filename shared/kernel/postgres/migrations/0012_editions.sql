-- Read models have editions: a number in the code that grows with each change of a definition. An older edition never
-- takes the place of a newer one. Versions that know no editions write 0; what they would take over is kept from them here.
-- (To go back to such a version for good: `update read_models set edition = 0`, see docs/how-to/operate.md.)
alter table read_models add column edition integer not null default 0;
comment on column read_models.edition is 'The edition of the definition that made it; 0 where a version made it that knew no editions.';

create function keep_newer_edition() returns trigger
    language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        if new.edition = 0 and exists (select from read_models r where r.name = new.name and r.live and r.edition > 0) then
            raise exception 'a newer version of this service has made the read model %; run that version', new.name;
        end if;
        return new;
    end if;
    if old.live and not new.live and new.edition > 0 then
        return null;  -- a version that knows no editions retires what it does not know
    end if;
    return new;
end $$;
create trigger newer_edition_is_kept before insert or update on read_models
    for each row execute function keep_newer_edition();
