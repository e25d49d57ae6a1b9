"""Facts told by referral: what is kept of them, in streams and in tables."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from services.matching.domain import candidates, mentees, mentors, offers, people, programmes, schools, trainees
from services.matching.domain.facts import RecordFact
from services.matching.domain.people import PersonForgotten
from services.matching.main import EVENTS
from services.matching.projections import candidates as candidate_tables
from services.matching.projections import mentors as mentor_tables
from services.matching.projections import schools as school_tables
from services.matching.projections import trainees as trainee_tables
from services.matching.reactions import REACTIONS
from shared.events import PublicEvent
from shared.events import referral as public
from shared.kernel.decider import Event
from shared.kernel.readmodel import ReadModel
from tests.support.given import given
from tests.unit.matching.facts import MENTOR_ID, MONDAY, REFERRAL_ID, TRAINEE_ID, TUESDAY

TERMS = mentors.MentorTermsKnown(
    happened_on=MONDAY,
    mentor_id=MENTOR_ID,
    role_kinds=("general_mentor",),
    facets=("behaviour",),
    load={"ect": 1.5},
    available=(public.Availability(starts_on=MONDAY, ends_on=TUESDAY),),
)
RELATIONS = mentors.RelationsKnown(
    happened_on=MONDAY,
    mentor_id=MENTOR_ID,
    relations=(public.Related(other_id=TRAINEE_ID, kind="family"),),
)
EARLIER = trainees.EarlierPlacementsKnown(
    happened_on=MONDAY, trainee_id=TRAINEE_ID, placements=(public.EarlierPlacement(school_urn="900001"),)
)
DEFERRED = trainees.TraineeStatusKnown(happened_on=MONDAY, trainee_id=TRAINEE_ID, standing="deferred")


def training(number: int, hours: float) -> mentors.TrainingKnown:
    return mentors.TrainingKnown(
        happened_on=MONDAY, mentor_id=MENTOR_ID, training_id=UUID(int=number), kind="initial", hours=hours
    )


def row(model: ReadModel, *events: Event) -> Any:
    """The one row after these events; None once it is gone."""
    folded: dict[tuple[object, ...], Any] = {}
    model.fold(folded, (("north-star", event) for event in events))
    (found,) = folded.values()
    return found


def test_the_last_terms_of_a_mentor_replace_the_earlier() -> None:
    found = row(mentor_tables.MENTOR_TERMS, TERMS, TERMS.model_copy(update={"facets": ("subject", "pastoral")}))
    assert (found.facets, found.load) == (("subject", "pastoral"), {"ect": 1.5})
    assert found.available == (public.Availability(starts_on=MONDAY, ends_on=TUESDAY),)


def test_relations_and_earlier_placements_replace_those_recorded_before() -> None:
    assert row(mentor_tables.RELATIONS, RELATIONS).relations == (public.Related(other_id=TRAINEE_ID, kind="family"),)
    assert row(mentor_tables.RELATIONS, RELATIONS, RELATIONS.model_copy(update={"relations": ()})).relations == ()
    assert row(trainee_tables.EARLIER_PLACEMENTS, EARLIER).schools == ("900001",)


def test_trainings_add_up_and_a_repeated_one_counts_once() -> None:
    found = row(mentor_tables.TRAININGS, training(1, 6.0), training(2, 2.0), training(1, 4.0))
    assert found.trainings == {str(UUID(int=1)): 4.0, str(UUID(int=2)): 2.0}


@pytest.mark.covers("R7")
def test_the_last_training_status_of_a_trainee_counts() -> None:
    found = row(trainee_tables.TRAINEE_STATUSES, DEFERRED, DEFERRED.model_copy(update={"standing": "in_training"}))
    assert (found.standing, found.since) == ("in_training", MONDAY)


@pytest.mark.covers("R5")
def test_a_schools_appetite_is_of_an_academic_year() -> None:
    said = schools.AppetiteKnown(happened_on=MONDAY, school_urn="900001", academic_year="2026/27", appetite="not_open")
    found = row(school_tables.APPETITES, said)
    assert (found.appetite, found.said_on) == ("not_open", MONDAY)


def test_a_referrals_reasons_are_kept_in_the_programmes_codes() -> None:
    said = candidates.ReasonsKnown(
        happened_on=MONDAY, referral_id=REFERRAL_ID, trainee_id=TRAINEE_ID, reasons=("subject_knowledge",)
    )
    assert row(candidate_tables.REASONS, said).reasons == ("subject_knowledge",)


@pytest.mark.covers("R8")
@pytest.mark.parametrize(
    ("model", "fact"),
    [
        (mentor_tables.MENTOR_TERMS, TERMS),
        (mentor_tables.RELATIONS, RELATIONS),
        (mentor_tables.TRAININGS, training(1, 6.0)),
        (trainee_tables.TRAINEE_STATUSES, DEFERRED),
        (trainee_tables.EARLIER_PLACEMENTS, EARLIER),
    ],
)
def test_rows_about_an_erased_person_are_removed(model: ReadModel, fact: Event) -> None:
    person = getattr(fact, "mentor_id", None) or getattr(fact, "trainee_id", None)
    assert row(model, fact, PersonForgotten(happened_on=TUESDAY, person_id=person)) is None


def test_repeating_a_fact_changes_no_row() -> None:
    again = TERMS.model_copy(update={"happened_on": TUESDAY})
    given(mentors.MENTOR_TERMS).when(RecordFact(fact=TERMS)).then(TERMS)
    given(mentors.MENTOR_TERMS, TERMS).when(RecordFact(fact=again)).then()


KEPT: list[tuple[type[PublicEvent], type[Event]]] = [
    (public.ProgrammeOpened, programmes.ProgrammeKnown),
    (public.ProgrammeRulesChanged, programmes.RulesKnown),
    (public.SchoolRecorded, schools.SchoolKnown),
    (public.MentorRecorded, mentors.MentorKnown),
    (public.MentorDeclared, mentors.MentorTermsKnown),
    (public.RelationsRecorded, mentors.RelationsKnown),
    (public.TrainingLogged, mentors.TrainingKnown),
    (public.TraineeRecorded, trainees.TraineeKnown),
    (public.TraineeStandingChanged, trainees.TraineeStatusKnown),
    (public.EarlierPlacementsRecorded, trainees.EarlierPlacementsKnown),
    (public.MenteeRecorded, mentees.MenteeKnown),
    (public.AppetiteSaid, schools.AppetiteKnown),
    (public.HostingLimitSet, schools.HostingLimitKnown),
    (public.ReferralMade, candidates.ReasonsKnown),
    (public.ReferralAccepted, candidates.CandidateJoined),
    (public.ReferralWithdrawn, candidates.CandidateLeft),
    (public.OfferRecorded, offers.OfferKnown),
    (public.PeopleMerged, people.RecordMerged),
    (public.PersonErased, people.PersonForgotten),
]
OF_MATCHING = {"closed", "successor_urn"}
"""Fields of a school that other events of referral set."""


@pytest.mark.parametrize(("event", "fact"), KEPT)
def test_every_field_that_is_kept_of_an_event_stands_in_it(event: type[PublicEvent], fact: type[Event]) -> None:
    # a fact whose field the event lacks would be parked at the first event of its kind
    assert event in REACTIONS
    assert set(fact.model_fields) - OF_MATCHING <= set(event.model_fields)


OWN_SUBSETS = (mentors.TrainingKnown, candidates.ReasonsKnown, candidates.CandidateLeft, people.RecordMerged)


@pytest.mark.parametrize(("event", "fact"), [(event, fact) for event, fact in KEPT if fact not in OWN_SUBSETS])
def test_a_field_that_a_public_event_gains_is_kept(event: type[PublicEvent], fact: type[Event]) -> None:
    assert set(event.model_fields) <= set(fact.model_fields)


STORED = json.loads((Path(__file__).parent / "stored_facts.json").read_text())
"""Facts as the version before this one stored them, by type."""


@pytest.mark.parametrize("type_", STORED)
def test_facts_stored_by_the_version_before_are_read(type_: str) -> None:
    body = STORED[type_]
    fact = EVENTS.decode(type_, 1, json.dumps(body))
    kept = fact.model_dump(mode="json")
    assert _part_of(body, kept)


def _part_of(body: object, kept: object) -> bool:
    """Whether nothing of a stored body is lost."""
    if isinstance(body, dict) and isinstance(kept, dict):
        return all(name in kept and _part_of(value, kept[name]) for name, value in body.items())
    if isinstance(body, list) and isinstance(kept, list):
        return len(body) == len(kept) and all(map(_part_of, body, kept))
    return body == kept
