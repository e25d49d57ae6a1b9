"""A round from when it is asked for to its end: every transition that there is, and every one that there is not."""

from collections.abc import Sequence

import pytest

from services.matching.domain.deferred_rounds import DEFERRED_ROUND, StepOrdered
from services.matching.domain.explanations import PairExplanation, Remedy, SatisfiedRule, SharedExplanations
from services.matching.domain.rounds import (
    ROUND,
    Begin,
    Cancel,
    Commands,
    Counts,
    Events,
    Fail,
    PairPreviewed,
    PairsExplained,
    Record,
    RequestRound,
    RoundBegun,
    RoundCancelled,
    RoundFailed,
    RoundOver,
    RoundSolved,
    TraineeUnplaced,
    UnplacedCandidate,
)
from services.matching.publish import publish
from shared.kernel.decider import NotFound
from tests.support.given import NOW, given
from tests.unit.matching.facts import (
    ASKED,
    MENTOR_ID,
    MONDAY,
    OFFER_ID,
    OUTCOME,
    PROGRAMME_ID,
    REFERRAL_ID,
    ROUND_ID,
    SOLVED,
    TRAINEE_ID,
    TUESDAY,
)

ABOUT = {"round_id": ROUND_ID, "programme_id": PROGRAMME_ID}
COUNTS = Counts(trainees=5, offers=4, mentors=6, candidates=30)
BEGUN = RoundBegun(happened_on=MONDAY, begun_at=NOW, counts=COUNTS, **ABOUT)
CANCELLED = RoundCancelled(happened_on=TUESDAY, by="another lead", **ABOUT)
FAILED = RoundFailed(happened_on=MONDAY, reason="Nobody waits.", **ABOUT)
LATER = ASKED.model_copy(update={"deferred": True})

STATES: dict[str, Sequence[Events]] = {
    "none": (),
    "asked": (ASKED,),
    "begun": (ASKED, BEGUN),
    "solved": (ASKED, BEGUN, SOLVED),
    "cancelled": (ASKED, CANCELLED),
    "failed": (ASKED, BEGUN, FAILED),
}
COMMANDS: dict[str, Commands] = {
    "ask": RequestRound(request=ASKED),
    "begin": Begin(counts=COUNTS),
    "record": Record(outcome=OUTCOME, unplaced=()),
    "cancel": Cancel(by="another lead", on=TUESDAY),
    "fail": Fail(reason="Nobody waits."),
}
ALLOWED: dict[tuple[str, str], Sequence[Events]] = {
    ("none", "ask"): [ASKED],
    ("asked", "begin"): [BEGUN],
    ("asked", "record"): [SOLVED],
    ("begun", "record"): [SOLVED],
    ("asked", "cancel"): [CANCELLED],
    ("begun", "cancel"): [CANCELLED],
    ("cancelled", "cancel"): [],
    ("asked", "fail"): [FAILED],
    ("begun", "fail"): [FAILED],
}


@pytest.mark.covers("M3")
@pytest.mark.parametrize(("state", "command"), [(state, command) for state in STATES for command in COMMANDS])
def test_each_transition_is_made_or_refused(state: str, command: str) -> None:
    outcome = given(ROUND, *STATES[state]).when(COMMANDS[command])

    if (state, command) in ALLOWED:
        outcome.then(*ALLOWED[state, command])
    else:
        outcome.refused(NotFound if state == "none" else RoundOver)


@pytest.mark.covers("M9")
def test_a_round_that_proposes_nothing_keeps_its_pairs_to_itself() -> None:
    scenario = ASKED.model_copy(update={"proposes": False, "name": "Without cars"})
    remedy = Remedy(kind="capacity", words="One more place would place this trainee.")
    left = UnplacedCandidate(
        referral_id=REFERRAL_ID, trainee_id=TRAINEE_ID, reason="places_taken", explanation="Full.", remedies=(remedy,)
    )
    found = PairPreviewed(
        happened_on=MONDAY, referral_id=REFERRAL_ID, trainee_id=TRAINEE_ID, mentor_id=MENTOR_ID, school_urn="900001",
        offer_id=OFFER_ID, travel_minutes=5, cost=5, terms={"travel": 5}, **ABOUT,
    )  # fmt: skip

    outcome = given(ROUND, scenario).when(Record(outcome=OUTCOME, unplaced=(left,), previewed=(found,)))

    solved, unplaced, pair = outcome.events
    assert isinstance(solved, RoundSolved)
    assert isinstance(unplaced, TraineeUnplaced)
    assert (solved.proposes, unplaced.proposes, unplaced.remedies, pair) == (False, False, (remedy,), found)
    assert [publish(event) for event in (scenario, *outcome.events)] == [None] * 4


@pytest.mark.covers("M4")
def test_why_trainees_have_their_pairs_is_stored_with_the_round_in_parts() -> None:
    rule = SatisfiedRule(rule="subject", title="The subject fits", known=True, words="The offer is in physics.")
    why = PairExplanation(terms=(), rules=(rule,))
    parts = tuple(SharedExplanations.of({trainee: why}) for trainee in (TRAINEE_ID, MENTOR_ID))

    outcome = given(ROUND, ASKED).when(Record(outcome=OUTCOME, unplaced=(), explanations=parts))

    explained = [PairsExplained(happened_on=MONDAY, part=n, explanations=part, **ABOUT) for n, part in enumerate(parts)]
    outcome.then(SOLVED, *explained)
    assert [publish(event) for event in explained] == [None, None]


def test_only_a_deferred_round_is_the_workers_and_one_step_follows_the_other() -> None:
    begin, solve = (StepOrdered(happened_on=MONDAY, round_id=ROUND_ID, step=step) for step in ("begin", "solve"))
    given(DEFERRED_ROUND).when(LATER).then(begin)
    given(DEFERRED_ROUND, begin).when(BEGUN).then(solve)
    given(DEFERRED_ROUND).when(ASKED).then()
    # heard again, or late
    given(DEFERRED_ROUND, begin).when(LATER).then()
    given(DEFERRED_ROUND, begin, solve).when(BEGUN).then()
