-- Which of referral's events versions before this one reacted to here: the consumer hears all others from the beginning
-- of their topic (docs/decisions/0024-unheard-events.md). Some reactions came later than the first versions did; whoever
-- has stored a fact of theirs had them. The reasons of referrals are heard by everybody: stores that were upgraded lack
-- those of before, and a fact that is known already changes nothing.
alter table events no force row level security;
alter table reactions no force row level security;

insert into reactions (consumer, type, version, known_before)
select 'alongside-matching', type, 1, true
from (values
    ('referral.programme_opened', null),
    ('referral.school_recorded', null),
    ('referral.school_closed', null),
    ('referral.school_succeeded', null),
    ('referral.school_removed', null),
    ('referral.mentor_recorded', null),
    ('referral.trainee_recorded', null),
    ('referral.offer_recorded', null),
    ('referral.referral_accepted', null),
    ('referral.referral_withdrawn', null),
    ('referral.people_merged', null),
    ('referral.registration_undone', null),
    ('referral.person_erased', null),
    ('referral.programme_rules_changed', 'matching.rules_known'),
    ('referral.mentor_declared', 'matching.mentor_terms_known'),
    ('referral.relations_recorded', 'matching.relations_known'),
    ('referral.training_logged', 'matching.training_known'),
    ('referral.trainee_standing_changed', 'matching.trainee_standing_known'),
    ('referral.mentee_recorded', 'matching.mentee_known'),
    ('referral.earlier_placements_recorded', 'matching.earlier_placements_known'),
    ('referral.appetite_said', 'matching.appetite_known'),
    ('referral.hosting_limit_set', 'matching.hosting_limit_known')
) known (type, fact)
where fact is null or fact in (select distinct e.type from events e);

alter table reactions force row level security;
alter table events force row level security;
