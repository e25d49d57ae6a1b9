"""The placement status of every trainee in every programme: the pair, or the reason why there is none.

`placed` and `proposed` have a pair. `unplaced` is a trainee whom a round placed nowhere or whose last pair ended.
`referred`, `accepted` and `declined` are trainees of whom there is no more than a referral. `deferred` and `withdrawn`
are trainees who are not in training today, whatever else there is: they wait for no place. Their pair is shown until it
has ended.

A referral that was withdrawn or redirected counts for nothing, and neither do the rounds and ended pairs that came of
it. A trainee of whom there is no other referral to a programme is left out of it, unless they have a pair.
"""

from typing import Literal, get_args

from services.reporting.tables.merges import MERGES
from services.reporting.tables.pairs import PAIRS
from services.reporting.tables.referrals import REFERRALS
from services.reporting.tables.trainees import TRAINEES
from services.reporting.tables.training_statuses import TRAINING_STATUSES
from services.reporting.tables.undone_registrations import UNDONE_REGISTRATIONS
from services.reporting.tables.unplaced import UNPLACED
from services.reporting.views.absences import ABSENCES
from services.reporting.views.kept import (
    CHANGED_RECORDS,
    Kept,
    changed_trainees,
    of_changed_trainees,
    trainees_of_renamed_mentors,
)

PlacementStatus = Literal["referred", "accepted", "declined", "proposed", "placed", "unplaced", "deferred", "withdrawn"]
PLACEMENT_STATUSES: tuple[PlacementStatus, ...] = get_args(PlacementStatus)

REASONS_OF_ENDED_PAIRS = {
    "declined_by_mentor": "The mentor said no to the last proposal; the trainee waits for the next round.",
    "declined_by_trainee": "The trainee said no to the last proposal and waits for the next round.",
    "school_left": "The school of the last pair left, and no repair has found another place yet.",
    "offer_withdrawn": "The offer of the last pair was withdrawn, and no repair has found another place yet.",
    "mentor_left": "The mentor of the last pair left, and no repair has found another place yet.",
    "trainee_left": "The last pair ended when the trainee left or deferred; once back, they wait for the next round.",
    "moved_in_repair": "The last pair was withdrawn to make room; the trainee waits for the next round.",
    "ended_by_them": "One of the two ended the last mentoring; the trainee waits for another mentor.",
    "closed_in_review": "A review closed the last mentoring; the trainee waits for nobody.",
    "lapsed": "The last proposal was not answered in time; the trainee waits for the next round.",
}
"""Why a trainee whose last pair ended is unplaced: by the code in column `reason`, the sentence that explains it."""

_NAME = "placements"
_OF_STATUS = ("standing", "since", "reason", "explanation", "would_help")
_OF_TRAINEE = ("subject", "phase")
_OF_PAIR = ("mentor_id", "school_urn", "travel_minutes", "starts_on", "ends_on")


def _sentence_of(reason: str) -> str:
    sentences = " ".join(f"when '{code}' then '{text}'" for code, text in REASONS_OF_ENDED_PAIRS.items())
    return f"case {reason} {sentences} end"


_CHANGES = changed_trainees(
    _NAME,
    (REFERRALS, PAIRS, UNPLACED, TRAINEES, TRAINING_STATUSES),
    f"union {trainees_of_renamed_mentors(PAIRS)}",
)

_RECKON = f"""{CHANGED_RECORDS},
    chosen_referrals as (
        {of_changed_trainees(_NAME, REFERRALS)}
    ), chosen_pairs as (
        {of_changed_trainees(_NAME, PAIRS)}
    ), chosen_unplaced as (
        {of_changed_trainees(_NAME, UNPLACED)}
    ), referral as (  -- a step that was taken after the day has not happened yet
        select referral_id, programme_id, trainee_id, accepted_on <= $1 as accepted, declined_on <= $1 as declined,
               (withdrawn_on <= $1 or redirected_on <= $1) is true as void
        from chosen_referrals where coalesce(made_on, $1) <= $1
    ), referred as (
        select programme_id, trainee_id, bool_or(accepted is true) filter (where not void) as accepted,
               bool_and(declined is true) filter (where not void) as declined, bool_and(void) as void
        from referral group by programme_id, trainee_id
    ), void as (
        select referral_id from referral where void
    ), ended as (
        select pair_id, programme_id, trainee_id, referral_id, declined_by, withdrawn_because,
               case when confirmed_on <= $1 then confirmed_on end as confirmed_on,
               coalesce(case when withdrawn_on <= $1 then withdrawn_on end,
                        case when declined_on <= $1 then declined_on end,
                        case when lapsed_on <= $1 then lapsed_on end) as ended_on, withdrawn_on <= $1 as is_withdrawn
        from chosen_pairs where coalesce(proposed_on, confirmed_on, declined_on, lapsed_on, withdrawn_on) <= $1
    ), pair as (  -- the confirmed one, else an open one, else the one that ended last
        select distinct on (programme_id, trainee_id) *,
               case when ended_on is not null then 'unplaced'
                    when confirmed_on is null then 'proposed' else 'placed' end as status
        from ended where ended_on is null or referral_id is null or referral_id not in (select referral_id from void)
        order by programme_id, trainee_id, ended_on is not null, (ended_on is null and confirmed_on is not null) desc,
                 coalesce(ended_on, confirmed_on) desc nulls first, pair_id
    ), last_round as (
        select distinct on (programme_id, trainee_id) *
        from chosen_unplaced where referral_id not in (select referral_id from void) and unplaced_on <= $1
        order by programme_id, trainee_id, unplaced_on desc, round_id
    ), placement as (
        select programme_id, trainee_id,
               case when p.status <> 'unplaced' then p.status
                    when p.status = 'unplaced' or l.round_id is not null then 'unplaced'
                    when r.declined then 'declined'
                    when r.accepted then 'accepted' else 'referred' end as status,
               -- a round and the end of a proposal on one day: the round, for it says which rule binds
               case when p.status <> 'unplaced' then null
                    when p.status is null or l.unplaced_on >= p.ended_on then l.reason
                    else coalesce(case when p.is_withdrawn then p.withdrawn_because end,
                                   'declined_by_' || p.declined_by, 'lapsed') end as reason,
               case when p.status is null or p.status = 'unplaced' and l.unplaced_on >= p.ended_on
                    then l.explanation end as explanation,
               case when p.status is null or p.status = 'unplaced' and l.unplaced_on >= p.ended_on
                    then (select string_agg(remedy, ' ') from jsonb_array_elements_text(l.remedies) remedy)
                    end as would_help,
               case when p.status <> 'unplaced' then p.pair_id end as pair_id
        from referred r full join pair p using (programme_id, trainee_id)
        full join last_round l using (programme_id, trainee_id)
        where r.void is not true or p.status <> 'unplaced'
    ), away as (
        select distinct on (trainee_id) trainee_id, reason as status, since
        from ({ABSENCES}) absent
        where since <= $1 and $1 <= coalesce(until, $1)
        order by trainee_id, since desc
    )"""

_RECKONED = f"""s.trainee_id, s.programme_id, coalesce(away.status, s.status) as standing, away.since,
           case when away.status is null then s.reason end as reason,
           case when away.status is null then coalesce({_sentence_of("s.reason")}, s.explanation) end as explanation,
           case when away.status is null then s.would_help end as would_help,
           {", ".join(f"t.{column}" for column in _OF_TRAINEE)},
           s.pair_id, {", ".join(f"p.{column}" for column in _OF_PAIR)}
    from placement s left join away using (trainee_id) left join trainees t using (trainee_id)
    left join chosen_pairs p on p.pair_id = s.pair_id"""

KEPT_PLACEMENTS = Kept(
    name=_NAME,
    key="trainee_id",
    figures=("programme_id", *_OF_STATUS, *_OF_TRAINEE, "pair_id", *_OF_PAIR),
    made_from=(REFERRALS, PAIRS, UNPLACED, TRAINEES, TRAINING_STATUSES, MERGES, UNDONE_REGISTRATIONS),
    changes=_CHANGES,
    reckon=_RECKON,
    reckoned=_RECKONED,
)
