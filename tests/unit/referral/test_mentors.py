"""What a mentor can be asked for, to whom they are related, and training by the rule of its day."""

from datetime import date
from functools import reduce
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st

from services.referral.domain.mentors import (
    MENTORING,
    Allowance,
    Declare,
    EndRelation,
    LogTraining,
    MentorDeclared,
    Mentoring,
    Period,
    Relate,
    Relation,
    RelationsRecorded,
    Terms,
    Training,
    TrainingLogged,
)
from shared.events.words import TrainingKind
from shared.kernel.decider import Invalid
from shared.rulebook import rule
from tests.support.given import NOW, given
from tests.unit.referral.states import JULY, JUNE, ONE, RELATED, TERMS, THREE, TWO

pytestmark = pytest.mark.covers("R6")

BY: dict[str, Any] = {"person_id": ONE, "by": "mentor"}
CLAIMABLE: dict[TrainingKind, str] = {
    "initial": "claimable_initial_training",
    "refresher": "claimable_refresher_training",
}


def declare(**other: Any) -> Declare:
    return Declare(terms=TERMS.model_copy(update=other), on=JULY, **BY)


def training(hours: float, on: date, provider: str = "1AB", training_id: UUID = THREE) -> LogTraining:
    """Training with the allowances that the rulebook has for its day."""
    found = {kind: rule(id_, on) for kind, id_ in CLAIMABLE.items()}
    allowances = {kind: Allowance(hours=each.quantity, edition=each.edition) for kind, each in found.items() if each}
    return LogTraining(training_id=training_id, provider=provider, hours=hours, allowances=allowances, on=on, **BY)


def log_trainings(*commands: LogTraining) -> list[Training]:
    """Log training in this order, and return what is kept."""

    def log(state: Mentoring, command: LogTraining) -> Mentoring:
        return reduce(MENTORING.evolve, MENTORING.decide(command, state, NOW), state)

    return list(reduce(log, commands, Mentoring()).trainings)


def test_terms_are_declared_as_a_whole() -> None:
    before = MentorDeclared(happened_on=JUNE, terms=TERMS, **BY)
    fewer = TERMS.model_copy(update={"facets": ()})
    given(MENTORING, before).when(declare(facets=())).then(MentorDeclared(happened_on=JULY, terms=fewer, **BY))


@pytest.mark.parametrize(
    ("available", "pointer"),
    [
        ([("2027-01-01", "2026-12-31")], "/available/0/ends_on"),
        ([("2026-09-01", "2026-12-18"), ("2026-12-18", "2027-03-31")], "/available/1/starts_on"),
        ([("2027-01-01", "2027-03-31"), ("2026-09-01", "2026-12-18")], "/available/1/starts_on"),
    ],
)
def test_stretches_of_availability_are_in_order_and_apart(available: list[tuple[str, str]], pointer: str) -> None:
    periods = tuple(Period(starts_on=first, ends_on=last) for first, last in available)
    given(MENTORING).when(declare(available=periods)).refused(Invalid, pointer=pointer)


@pytest.mark.parametrize("hours", [-1, 41, float("inf")])
def test_hours_given_already_are_hours_of_a_week(hours: float) -> None:
    terms = Terms.model_construct(role_kinds=("general_mentor",), facets=(), load={"ect": hours}, available=())
    given(MENTORING).when(Declare.model_construct(terms=terms, on=JULY, **BY)).refused(Invalid, pointer="/load/ect")


def test_relations_are_added_and_ended_one_by_one() -> None:
    family = Relation(other_id=TWO, kind="family", since=JULY)
    before = RelationsRecorded(happened_on=JUNE, relations=(RELATED,), **BY)
    both = RelationsRecorded(happened_on=JULY, relations=(RELATED, family), **BY)
    given(MENTORING, before).when(Relate(other_id=TWO, kind="family", on=JULY, **BY)).then(both)
    given(MENTORING, before, both).when(EndRelation(other_id=TWO, kind="line_manager", on=JULY, **BY)).then(
        RelationsRecorded(happened_on=JULY, relations=(family,), **BY)
    )


def test_a_relation_that_is_added_again_with_another_day_is_corrected() -> None:
    before = RelationsRecorded(happened_on=JUNE, relations=(RELATED,), **BY)
    again: dict[str, Any] = {"other_id": RELATED.other_id, "kind": RELATED.kind, **BY}
    given(MENTORING, before).when(Relate(on=RELATED.since, **again)).then()
    corrected = RELATED.model_copy(update={"since": JULY})
    given(MENTORING, before).when(Relate(on=JULY, **again)).then(
        RelationsRecorded(happened_on=JULY, relations=(corrected,), **BY)
    )


def test_nobody_is_related_to_themselves() -> None:
    given(MENTORING).when(Relate(other_id=ONE, kind="family", on=JULY, **BY)).refused(Invalid, pointer="/other_id")


@pytest.mark.parametrize(
    ("on", "hours", "claimable", "edition"),
    [
        (date(2024, 8, 31), 20, None, None),
        (date(2024, 9, 1), 20, 20, "2024-25"),
        (date(2025, 8, 31), 21, 20, "2024-25"),
        (date(2025, 9, 1), 20, 16, "2025-26"),
        (date(2026, 10, 1), 12.5, 12.5, "2025-26"),
    ],
)
def test_initial_training_is_judged_by_the_rule_of_its_day(
    on: date, hours: float, claimable: float | None, edition: str | None
) -> None:
    [kept] = log_trainings(training(hours, on))
    assert (kept.kind, kept.hours, kept.claimable, kept.edition) == ("initial", hours, claimable, edition)


def test_training_after_the_first_year_with_a_provider_is_a_refresher() -> None:
    first, second, other = log_trainings(
        training(20, date(2024, 10, 1), training_id=UUID(int=11)),
        training(8, date(2025, 10, 1), training_id=UUID(int=12)),
        training(20, date(2025, 10, 1), provider="2CD", training_id=UUID(int=13)),
    )
    assert (first.kind, first.claimable) == ("initial", 20)
    assert (second.kind, second.claimable) == ("refresher", 6)
    assert (other.kind, other.claimable) == ("initial", 16)


def test_the_same_training_is_logged_once() -> None:
    assert len(log_trainings(training(4, JULY), training(4, JULY))) == 1


@given_any(
    st.lists(
        st.tuples(st.floats(0.5, 30), st.dates(date(2024, 1, 1), date(2027, 8, 31)), st.sampled_from(("1AB", "2CD"))),
        max_size=8,
    )
)
def test_never_more_is_claimable_than_was_done_or_than_the_year_allows(said: list[tuple[float, date, str]]) -> None:
    kept = log_trainings(
        *(
            training(hours, on, provider, UUID(int=number))
            for number, (hours, on, provider) in enumerate(sorted(said, key=lambda each: each[1]))
        )
    )
    for each in kept:
        assert each.claimable is None or 0 <= each.claimable <= each.hours
        total = sum(
            other.claimable or 0
            for other in kept
            if (other.provider, other.academic_year, other.kind) == (each.provider, each.academic_year, each.kind)
        )
        allowed = rule(CLAIMABLE[each.kind], each.on)
        assert total <= (allowed.quantity if allowed else 0) + 1e-9


def test_the_event_keeps_what_was_decided() -> None:
    [event] = given(MENTORING).when(training(4, JULY)).events
    assert isinstance(event, TrainingLogged)
    assert (event.happened_on, event.training.academic_year) == (JULY, "2025/26")
