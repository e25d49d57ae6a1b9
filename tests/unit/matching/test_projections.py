"""Events, events, rows: what the read tables show."""

from dataclasses import asdict
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.matching.domain.candidates import CandidateJoined, CandidateLeft
from services.matching.domain.mentors import MentorKnown
from services.matching.domain.offers import OfferKnown
from services.matching.domain.people import PersonForgotten
from services.matching.domain.schools import SchoolKnown
from services.matching.domain.trainees import TraineeKnown
from services.matching.projections import candidates, mentors, offers, pairs, programmes, rounds, schools, trainees
from shared.kernel.decider import Event
from shared.kernel.readmodel import ReadModel
from tests.unit.matching import facts
from tests.unit.matching.facts import (
    CONFIRMED,
    IDS,
    MENTOR_ID,
    MONDAY,
    OFFER_ID,
    OUTCOME,
    PAIR_ID,
    PROGRAMME_ID,
    PROPOSED,
    REFERRAL_ID,
    ROUND_ID,
    SOLVED,
    TRAINEE_ID,
    TUESDAY,
    UNPLACED,
    pair_accepted,
    pair_declined,
)

JOINED = CandidateJoined(
    happened_on=date(2026, 7, 1), referral_id=REFERRAL_ID, programme_id=PROGRAMME_ID, trainee_id=TRAINEE_ID
)
LEFT = CandidateLeft(happened_on=TUESDAY, referral_id=REFERRAL_ID)
MENTOR = MentorKnown(
    happened_on=MONDAY,
    mentor_id=MENTOR_ID,
    school_urn="900001",
    subjects=("physics", "chemistry"),
    phases=("secondary",),
    capacity_hours=3.0,
    role="directed",
)
TRAINEE = TraineeKnown(
    happened_on=MONDAY,
    trainee_id=TRAINEE_ID,
    subject="physics",
    phase="secondary",
    training_route="provider_led_postgrad",
    home_easting=400_000,
    home_northing=430_000,
    travel_mode="car",
    travel_limit_minutes=45,
)


def rows(model: ReadModel, *events: Event) -> list[dict[str, Any]]:
    """The rows after these events, those that are gone left out."""
    folded: dict[tuple[object, ...], Any] = {}
    model.fold(folded, (("north-star", event) for event in events))
    return [asdict(row) for row in folded.values() if row is not None]


@pytest.mark.parametrize(
    ("events", "shown"),
    [
        ((), ("waiting", date(2026, 7, 1), None, None)),
        ((UNPLACED,), ("waiting", date(2026, 7, 1), None, "no_offer_in_subject")),
        ((UNPLACED, PROPOSED), ("proposed", MONDAY, PAIR_ID, None)),
        ((PROPOSED, pair_declined("mentor")), ("waiting", TUESDAY, None, None)),
        ((PROPOSED, pair_declined("mentor"), UNPLACED), ("waiting", TUESDAY, None, "no_offer_in_subject")),
        ((PROPOSED, CONFIRMED), ("placed", TUESDAY, PAIR_ID, None)),
        ((PROPOSED, CONFIRMED, JOINED), ("placed", TUESDAY, PAIR_ID, None)),
        ((PROPOSED, CONFIRMED, LEFT, JOINED), ("waiting", date(2026, 7, 1), None, None)),
    ],
)
def test_a_candidate_waits_is_proposed_is_placed(events: tuple[Event, ...], shown: tuple[Any, ...]) -> None:
    (row,) = rows(candidates.CANDIDATES, JOINED, *events)
    assert (row["status"], row["since"], row["pair_id"], row["reason"]) == shown


@pytest.mark.parametrize(
    ("events", "shown"),
    [
        ((), ("proposed", MONDAY, (), None, None)),
        ((pair_accepted("trainee"),), ("proposed", TUESDAY, ("trainee",), None, None)),
        (
            (pair_accepted("trainee"), pair_accepted("mentor"), CONFIRMED),
            ("confirmed", TUESDAY, ("trainee", "mentor"), None, None),
        ),
        (
            (pair_accepted("trainee"), pair_declined("mentor", reason="sealed")),
            ("declined", TUESDAY, ("trainee",), "mentor", "sealed"),
        ),
    ],
)
def test_the_row_of_a_pair_has_its_status(events: tuple[Event, ...], shown: tuple[Any, ...]) -> None:
    (row,) = rows(pairs.PAIRS, PROPOSED, *events)
    columns = ("status", "changed_on", "accepted_by", "declined_by", "reason_declined")
    assert tuple(row[column] for column in columns) == shown
    assert row.items() >= (IDS | {"round_id": ROUND_ID, "terms": PROPOSED.terms, "travel_minutes": 20}).items()


def test_the_row_of_a_round_has_its_result_and_its_unplaced_trainees() -> None:
    (row,) = rows(rounds.ROUNDS, SOLVED)
    told = {
        "round_id": ROUND_ID,
        "programme_id": PROGRAMME_ID,
        "solved_on": MONDAY,
        "by": "the lead",
        "state": "solved",
    }
    assert row.items() >= (OUTCOME.model_dump() | told).items()
    (left,) = rows(rounds.UNPLACED, UNPLACED)
    assert (left["referral_id"], left["reason"]) == (REFERRAL_ID, "no_offer_in_subject")


def test_the_last_that_was_recorded_of_a_mentor_counts() -> None:
    (row,) = rows(mentors.MENTORS, MENTOR, MENTOR.model_copy(update={"capacity_hours": 4.5, "role": "volunteer"}))
    assert (row["capacity_hours"], row["volunteer"], row["subjects"]) == (4.5, True, ("physics", "chemistry"))


def test_an_erased_person_is_removed_from_the_tables() -> None:
    for model, fact, person in (
        (mentors.MENTORS, MENTOR, MENTOR_ID),
        (trainees.TRAINEES, TRAINEE, TRAINEE_ID),
    ):
        assert len(rows(model, fact)) == 1
        assert rows(model, fact, PersonForgotten(happened_on=TUESDAY, person_id=person)) == []
        assert len(rows(model, fact, PersonForgotten(happened_on=TUESDAY, person_id=UUID(int=99)))) == 1


def test_a_school_and_an_offer_show_what_a_round_needs() -> None:
    school = SchoolKnown(
        happened_on=MONDAY,
        urn="900001",
        name="Kirkside High",
        phases=("secondary",),
        trust_code=None,
        la_code="383",
        easting=427_600,
        northing=436_200,
    )
    offer = OfferKnown(
        happened_on=MONDAY,
        offer_id=OFFER_ID,
        school_urn="900001",
        subject="physics",
        phase="secondary",
        places=2,
        starts_on=date(2026, 9, 14),
        ends_on=date(2026, 12, 18),
        academic_year="2026/27",
    )
    assert rows(schools.SCHOOLS, school) == [
        school.model_dump(exclude={"happened_on", "phases", "la_code", "trust_name"})
    ]
    assert rows(offers.OFFERS, offer) == [offer.model_dump(exclude={"happened_on"})]
    columns = {"programme_id", "title", "academic_year", "starts_on", "ends_on"}
    assert rows(programmes.PROGRAMMES, facts.PROGRAMME) == [facts.PROGRAMME.model_dump(include=columns)]
