"""Facts told by referral: what is kept of them, in streams and in tables."""

from typing import Any
from uuid import UUID

import pytest
from pydantic import BaseModel

from services.matching.domain import known as facts
from services.matching.domain.known import Learn, PersonForgotten, Rules
from services.matching.projections import known
from services.matching.reactions import REACTIONS
from shared.events import referral as public
from shared.kernel.decider import Event
from shared.kernel.readmodel import ReadModel
from tests.support.given import given
from tests.unit.matching.facts import MENTOR_ID, MONDAY, PROGRAMME, REFERRAL_ID, TRAINEE_ID, TUESDAY

TERMS = facts.MentorTermsKnown(
    happened_on=MONDAY,
    mentor_id=MENTOR_ID,
    role_kinds=("general_mentor",),
    facets=("behaviour",),
    load={"ect": 1.5},
    available=(facts.Availability(starts_on=MONDAY, ends_on=TUESDAY),),
)
RELATIONS = facts.RelationsKnown(
    happened_on=MONDAY,
    mentor_id=MENTOR_ID,
    relations=(facts.Related(other_id=TRAINEE_ID, kind="family"),),
)
EARLIER = facts.EarlierPlacementsKnown(
    happened_on=MONDAY, trainee_id=TRAINEE_ID, placements=(facts.EarlierPlacement(school_urn="900001"),)
)
DEFERRED = facts.TraineeStandingKnown(happened_on=MONDAY, trainee_id=TRAINEE_ID, standing="deferred")


def training(number: int, hours: float) -> facts.TrainingKnown:
    return facts.TrainingKnown(
        happened_on=MONDAY, mentor_id=MENTOR_ID, training_id=UUID(int=number), kind="initial", hours=hours
    )


def row(model: ReadModel, *events: Event) -> Any:
    """The one row after these events; None once it is gone."""
    folded: dict[tuple[object, ...], Any] = {}
    model.fold(folded, (("north-star", event) for event in events))
    (found,) = folded.values()
    return found


def test_what_a_mentor_can_be_asked_for_is_kept_as_said_last() -> None:
    found = row(known.MENTOR_TERMS, TERMS, TERMS.model_copy(update={"facets": ("subject", "pastoral")}))
    assert (found.facets, found.load) == (("subject", "pastoral"), {"ect": 1.5})
    assert found.available == ({"starts_on": "2026-07-13", "ends_on": "2026-07-14"},)


def test_relations_and_earlier_placements_take_the_place_of_what_was_said_before() -> None:
    assert row(known.RELATIONS, RELATIONS).relations == ({"other_id": str(TRAINEE_ID), "kind": "family"},)
    assert row(known.RELATIONS, RELATIONS, RELATIONS.model_copy(update={"relations": ()})).relations == ()
    assert row(known.EARLIER_PLACEMENTS, EARLIER).schools == ("900001",)


def test_trainings_add_up_and_one_told_again_counts_once() -> None:
    found = row(known.TRAININGS, training(1, 6.0), training(2, 2.0), training(1, 4.0))
    assert found.trainings == {str(UUID(int=1)): 4.0, str(UUID(int=2)): 2.0}


@pytest.mark.covers("R7")
def test_a_trainee_stands_where_they_were_last_said_to_stand() -> None:
    found = row(known.TRAINEE_STANDINGS, DEFERRED, DEFERRED.model_copy(update={"standing": "in_training"}))
    assert (found.standing, found.since) == ("in_training", MONDAY)


@pytest.mark.covers("R5")
def test_a_schools_appetite_is_of_an_academic_year() -> None:
    said = facts.AppetiteKnown(happened_on=MONDAY, school_urn="900001", academic_year="2026/27", appetite="not_open")
    found = row(known.APPETITES, said)
    assert (found.appetite, found.said_on) == ("not_open", MONDAY)


def test_a_referrals_reasons_are_kept_in_the_programmes_codes() -> None:
    said = facts.ReasonsKnown(
        happened_on=MONDAY, referral_id=REFERRAL_ID, trainee_id=TRAINEE_ID, reasons=("subject_knowledge",)
    )
    assert row(known.REASONS, said).reasons == ("subject_knowledge",)


@pytest.mark.covers("R8")
@pytest.mark.parametrize(
    ("model", "fact"),
    [
        (known.MENTOR_TERMS, TERMS),
        (known.RELATIONS, RELATIONS),
        (known.TRAININGS, training(1, 6.0)),
        (known.TRAINEE_STANDINGS, DEFERRED),
        (known.EARLIER_PLACEMENTS, EARLIER),
    ],
)
def test_what_is_known_of_who_is_forgotten_is_gone(model: ReadModel, fact: Event) -> None:
    person = getattr(fact, "mentor_id", None) or getattr(fact, "trainee_id", None)
    assert row(model, fact, PersonForgotten(happened_on=TUESDAY, person_id=person)) is None


def test_a_fact_told_again_is_nothing_new() -> None:
    again = TERMS.model_copy(update={"happened_on": TUESDAY})
    given(facts.MENTOR_TERMS).when(Learn(fact=TERMS)).then(TERMS)
    given(facts.MENTOR_TERMS, TERMS).when(Learn(fact=again)).then()


def test_rules_that_say_nothing_of_a_number_have_the_usual_one() -> None:
    told = public.ProgrammeRules(
        **PROGRAMME.rules.model_dump(include=set(public.ProgrammeRules.model_fields) - {"remind_after"})
    )
    rules = Rules.model_validate(told.model_dump())
    usual = Rules.model_fields["remind_after"].default
    assert (rules.remind_after, rules.detour_factor, rules.contrast) == (usual, None, {})
    assert rules.offer_stale_days is None


KEPT: list[tuple[type[BaseModel], type[BaseModel]]] = [
    (public.ProgrammeRulesChanged, facts.RulesKnown),
    (public.MentorDeclared, facts.MentorTermsKnown),
    (public.RelationsRecorded, facts.RelationsKnown),
    (public.TrainingLogged, facts.TrainingKnown),
    (public.TraineeStandingChanged, facts.TraineeStandingKnown),
    (public.EarlierPlacementsRecorded, facts.EarlierPlacementsKnown),
    (public.AppetiteSaid, facts.AppetiteKnown),
    (public.ReferralMade, facts.ReasonsKnown),
    (public.OfferRecorded, facts.OfferKnown),
]


@pytest.mark.parametrize(("told", "kept"), KEPT)
def test_every_name_that_is_kept_of_an_event_stands_in_it(told: type[BaseModel], kept: type[BaseModel]) -> None:
    # a fact whose field the event lacks would be parked at the first event of its kind
    assert told in REACTIONS
    assert set(kept.model_fields) <= set(told.model_fields)


def test_the_rules_of_a_programme_are_all_taken_in() -> None:
    rhythm = {"weeks_between_meetings"}  # which sessions goes by
    assert set(public.ProgrammeRules.model_fields) - rhythm == set(Rules.model_fields)
