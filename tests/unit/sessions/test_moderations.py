"""A sample is drawn by a rule that anybody can repeat, and moderated by somebody who took no part."""

from collections import Counter
from collections.abc import Sequence
from hashlib import sha256
from math import ceil
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from services.sessions.domain.assessment_rules import rules_of
from services.sessions.domain.moderations import (
    MODERATION,
    AgreeWithAssessment,
    Candidate,
    DiscardSample,
    DrawSample,
    LookAgain,
    ModerationIsDone,
    NamedModerator,
    NameModerator,
    NewSample,
    NoModeration,
    NothingToSample,
    SendBack,
    draw_sample,
)
from shared.events.practices import ModerationRules
from shared.kernel.decider import Invalid, NotAllowed, NotFound
from tests.support.given import given
from tests.unit.sessions.example_assessments import INDUCTION, LEAD_ID, PLACEMENT
from tests.unit.sessions.example_moderations import (
    AGREED,
    CANDIDATE,
    DISCARDED,
    DRAWN,
    MODERATION_ID,
    NAMED,
    SENT_BACK,
)
from tests.unit.sessions.examples import ASSESSMENT_ID, DAY, MONDAY, PROGRAMME_ID, STRANGER_ID, TRAINEE_ID, TUTOR_ID

pytestmark = pytest.mark.covers("S8")
RULE = ModerationRules(share_percent=20)
SAMPLE = NewSample(
    programme_id=PROGRAMME_ID,
    kind="final",
    submitted_from=MONDAY - 7 * DAY,
    submitted_until=MONDAY,
    seed=7,
    on=MONDAY,
)


def draw(candidates: Sequence[Candidate] = (CANDIDATE,), **fields: Any) -> DrawSample:
    defaults = {"moderation_id": MODERATION_ID, "rules": RULE, "sample": SAMPLE, "candidates": tuple(candidates)}
    return DrawSample.model_validate({**defaults, **fields})


def name(person_id: UUID = STRANGER_ID, *, took_part: bool = False, **fields: Any) -> NameModerator:
    moderator = NamedModerator.model_validate({"on": MONDAY, "person_id": person_id, **fields})
    return NameModerator(assessment_id=ASSESSMENT_ID, moderator=moderator, took_part=took_part)


AGREE = AgreeWithAssessment(assessment_id=ASSESSMENT_ID, person_id=STRANGER_ID, on=MONDAY)
SEND_BACK = SendBack(
    assessment_id=ASSESSMENT_ID,
    person_id=STRANGER_ID,
    look_again=LookAgain(on=MONDAY, reason="sealed: TS3 rests on nothing."),
)


@st.composite
def populations(draw: st.DrawFn) -> list[Candidate]:
    """Some assessments by some assessors."""
    assessors = [UUID(int=nth) for nth in range(1, draw(st.integers(1, 5)) + 1)]
    return [
        Candidate(
            assessment_id=UUID(int=1000 + nth),
            version_number=draw(st.integers(1, 3)),
            trainee_id=TRAINEE_ID,
            assessor_id=draw(st.sampled_from(assessors)),
        )
        for nth in range(draw(st.integers(1, 40)))
    ]


@drawn(populations(), st.integers(1, 100), st.integers(0, 3), st.integers(0, 999))
def test_a_sample_reaches_the_share_and_has_some_of_each_assessor(
    population: list[Candidate], share: int, least: int, seed: int
) -> None:
    sampled = draw_sample(population, ModerationRules(share_percent=share, of_each_assessor=least), seed)
    assert len(set(sampled)) == len(sampled)
    of_all = Counter(each.assessor_id for each in population)
    of_sampled = Counter(population[nth].assessor_id for nth in sampled)
    assert all(of_sampled[assessor] >= min(least, number) for assessor, number in of_all.items())
    wanted = max(ceil(share * len(population) / 100), sum(min(least, number) for number in of_all.values()))
    assert len(sampled) == wanted


@drawn(populations(), st.integers(0, 999), st.randoms())
def test_the_same_seed_draws_the_same_assessments_in_whatever_order_they_come(
    population: list[Candidate], seed: int, random: Any
) -> None:
    rules = ModerationRules(share_percent=30)
    first = [population[nth].assessment_id for nth in draw_sample(population, rules, seed)]
    shuffled = [*population]
    random.shuffle(shuffled)
    assert [shuffled[nth].assessment_id for nth in draw_sample(shuffled, rules, seed)] == first


def test_whoever_reads_how_it_was_drawn_can_repeat_it_by_hand() -> None:
    population = [CANDIDATE.model_copy(update={"assessment_id": UUID(int=nth)}) for nth in range(10)]
    rules = ModerationRules(share_percent=30, of_each_assessor=0)
    by_hand = sorted(range(10), key=lambda nth: sha256(f"7:{UUID(int=nth)}:1".encode()).hexdigest())[:3]
    assert draw_sample(population, rules, 7) == tuple(by_hand)


def test_a_sample_is_drawn_and_moderated() -> None:
    given(MODERATION).when(draw()).then(DRAWN)
    given(MODERATION, DRAWN).when(draw()).then()
    given(MODERATION, DRAWN).when(name()).then(NAMED)
    given(MODERATION, DRAWN, NAMED).when(AGREE).then(AGREED)
    given(MODERATION, DRAWN, NAMED).when(SEND_BACK).then(SENT_BACK)


def test_a_step_that_was_taken_already_changes_nothing() -> None:
    given(MODERATION, DRAWN, NAMED).when(name()).then()
    given(MODERATION, DRAWN, NAMED, AGREED).when(AGREE).then()
    given(MODERATION, DRAWN, DISCARDED).when(DiscardSample(on=MONDAY)).then()


def test_a_moderator_who_agreed_can_still_send_it_back_and_then_it_is_done() -> None:
    given(MODERATION, DRAWN, NAMED, AGREED).when(SEND_BACK).then(SENT_BACK)
    commands: tuple[Any, ...] = (AGREE, SEND_BACK, name(LEAD_ID))
    for command in commands:
        given(MODERATION, DRAWN, NAMED, SENT_BACK).when(command).refused(ModerationIsDone)


def test_another_moderator_takes_the_place_of_the_first() -> None:
    other = NAMED.model_copy(update={"person_id": LEAD_ID})
    given(MODERATION, DRAWN, NAMED).when(name(LEAD_ID)).then(other)
    given(MODERATION, DRAWN, NAMED, other).when(AGREE).refused(NotAllowed)
    given(MODERATION, DRAWN).when(AGREE).refused(NotAllowed)


def test_whoever_took_part_moderates_nothing() -> None:
    given(MODERATION, DRAWN).when(name(TUTOR_ID, took_part=True)).refused(Invalid, pointer="/person_id")


def test_a_sample_needs_a_rule_and_something_to_draw_from() -> None:
    assert rules_of(PLACEMENT, "interim").plan.moderation is None
    assert rules_of(INDUCTION, "ect_formal_2").plan.moderation == RULE
    given(MODERATION).when(draw(rules=None)).refused(NoModeration)
    given(MODERATION).when(draw(())).refused(NothingToSample)
    backwards = SAMPLE.model_copy(update={"submitted_until": MONDAY - 8 * DAY})
    given(MODERATION).when(draw(sample=backwards)).refused(Invalid, pointer="/submitted_until")


def test_a_sample_is_discarded_until_something_of_it_is_moderated() -> None:
    discard = DiscardSample(on=MONDAY)
    given(MODERATION, DRAWN, NAMED).when(discard).then(DISCARDED)
    given(MODERATION, DRAWN, NAMED, AGREED).when(discard).refused(ModerationIsDone)
    commands: tuple[Any, ...] = (name(), AGREE, SEND_BACK)
    for command in commands:
        given(MODERATION, DRAWN, NAMED, DISCARDED).when(command).refused(NotFound)
        given(MODERATION).when(command).refused(NotFound)


def test_what_comes_before_the_draw_is_refused() -> None:
    given(MODERATION, DRAWN).when(DiscardSample(on=MONDAY - DAY)).refused(Invalid, pointer="/on")
    given(MODERATION, DRAWN).when(name(on=MONDAY - DAY)).refused(Invalid, pointer="/on")
