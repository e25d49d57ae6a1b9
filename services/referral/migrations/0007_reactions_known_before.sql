-- Which of matching's events versions before this one reacted to here: the consumer hears all others from the beginning
-- of their topic (docs/decisions/0024-unheard-events.md). The placements of trainees came later than the first versions.
alter table events no force row level security;
alter table reactions no force row level security;

insert into reactions (consumer, type, version, known_before)
select 'alongside-referral', type, 1, true
from (values
    ('matching.pair_proposed', null),
    ('matching.pair_confirmed', 'referral.placement_confirmed'),
    ('matching.pair_withdrawn', 'referral.placement_confirmed')
) known (type, fact)
where fact is null or fact in (select distinct e.type from events e);

alter table reactions force row level security;
alter table events force row level security;
