-- Which events of matching and referral versions before this one reacted to here: the consumer hears all others from the
-- beginning of their topic (docs/decisions/0024-unheard-events.md).
alter table reactions no force row level security;

insert into reactions (consumer, type, version, known_before)
select 'alongside-sessions', type, 1, true
from unnest(array[
    'matching.pair_confirmed', 'matching.pair_withdrawn', 'matching.support_confirmed', 'matching.support_ended',
    'referral.people_merged', 'referral.person_erased', 'referral.school_closed', 'referral.school_succeeded'
]) type;

alter table reactions force row level security;
