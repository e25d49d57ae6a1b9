"""Facts that tests of matching begin with."""

from datetime import UTC, date, datetime
from uuid import UUID

from services.matching.domain.pairs import Accepted, Confirmed, Declined, Placement, Proposed
from services.matching.domain.programmes import ProgrammeKnown
from services.matching.domain.rounds import Outcome, RoundRequested, RoundSolved, TraineeUnplaced
from shared.events.referral import ProgrammeRules
from shared.events.words import Side

MONDAY, TUESDAY = date(2026, 7, 13), date(2026, 7, 14)
PAIR_ID, ROUND_ID, PROGRAMME_ID, REFERRAL_ID, TRAINEE_ID, MENTOR_ID, OFFER_ID = (UUID(int=n) for n in range(1, 8))
IDS = {
    "pair_id": PAIR_ID,
    "programme_id": PROGRAMME_ID,
    "referral_id": REFERRAL_ID,
    "trainee_id": TRAINEE_ID,
    "mentor_id": MENTOR_ID,
}
PLACEMENT = Placement(
    school_urn="900001",
    offer_id=OFFER_ID,
    subject="physics",
    starts_on=date(2026, 9, 14),
    ends_on=date(2026, 12, 18),
    meetings_per_week=1,
    targets_per_meeting=3,
    assessor_is_not_mentor=True,
    mentor_hours_per_week=1.5,
)
PROPOSED = Proposed(
    **IDS,
    happened_on=MONDAY,
    round_id=ROUND_ID,
    placement=PLACEMENT,
    travel_minutes=20,
    cost=30,
    terms={"travel": 20, "volunteers_first": 10},
)
CONFIRMED = Confirmed(**IDS, happened_on=TUESDAY, placement=PLACEMENT)
PROGRAMME = ProgrammeKnown(
    happened_on=MONDAY,
    programme_id=PROGRAMME_ID,
    template="ite-placement",
    title="Initial teacher education placement",
    academic_year="2026/27",
    starts_on=date(2026, 9, 1),
    ends_on=date(2027, 7, 31),
    rules=ProgrammeRules(
        edition="2026-1",
        mentor_hours_per_trainee_week=1.5,
        meetings_per_week=1,
        targets_per_meeting=3,
        assessor_is_not_mentor=True,
        assessments=("interim",),
        weights={"travel": 1, "volunteers_first": 10},
    ),
)
OUTCOME = Outcome(
    hours_per_trainee_week=1.5,
    weights={"travel": 1},
    placed=4,
    unplaced=1,
    trainees_left_out=0,
    offers_left_out=0,
    total_cost=80,
    solver="min_cost_flow",
    status="optimal",
)
ASKED = RoundRequested(
    happened_on=MONDAY,
    round_id=ROUND_ID,
    programme_id=PROGRAMME_ID,
    by="the lead",
    asked_at=datetime(2026, 7, 13, 9, tzinfo=UTC),
)
SOLVED = RoundSolved(happened_on=MONDAY, round_id=ROUND_ID, programme_id=PROGRAMME_ID, by="the lead", outcome=OUTCOME)
UNPLACED = TraineeUnplaced(
    happened_on=MONDAY,
    round_id=ROUND_ID,
    programme_id=PROGRAMME_ID,
    referral_id=REFERRAL_ID,
    trainee_id=TRAINEE_ID,
    reason="no_offer_in_subject",
    explanation="No school offers music in this round.",
)


def pair_accepted(side: Side, by: str = "somebody", on: date = TUESDAY) -> Accepted:
    return Accepted(**IDS, happened_on=on, side=side, by=by)


def pair_declined(side: Side, by: str = "somebody", reason: str | None = None, on: date = TUESDAY) -> Declined:
    decliner = MENTOR_ID if side == "mentor" else TRAINEE_ID
    return Declined(**IDS, happened_on=on, side=side, by=by, decliner_id=decliner, reason=reason)
