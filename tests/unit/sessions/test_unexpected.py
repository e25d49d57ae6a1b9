"""Nothing in a formal assessment is unexpected: what was never raised before needs a reason."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from services.sessions.domain.assessment_rules import rules_of
from services.sessions.domain.assessment_versions import STANDARDS, AssessmentShared, NeverRaisedBefore
from services.sessions.domain.assessments import ASSESSMENT, ShareAssessment
from services.sessions.domain.unexpected import CONCERNS, Raised, find_unexpected
from shared.events.words import AssessmentKind, Judgement, Standard
from shared.kernel.decider import Invalid
from tests.support.given import given
from tests.unit.sessions.example_assessments import INDUCTION, NAMES, PLACEMENT, RULES, SHARED, assessment_written
from tests.unit.sessions.examples import DAY, MONDAY

pytestmark = pytest.mark.covers("S8")
JUDGEMENTS: st.SearchStrategy[Judgement] = st.sampled_from(("on_track", "needs_support", "not_on_track"))


def share(*unexpected: Standard, reasons: Mapping[Standard, str] | None = None) -> ShareAssessment:
    return ShareAssessment(rules=RULES, on=MONDAY, unexpected=unexpected, reasons=reasons or {})


def concern(standard: Standard, on: date = MONDAY, where: Any = "target") -> Raised:
    return Raised(standard, where, on)


def test_a_concern_that_was_never_raised_is_unexpected() -> None:
    judged: dict[Standard, Judgement] = {"TS1": "on_track", "TS3": "needs_support", "TS7": "not_on_track"}
    assert find_unexpected(judged, [], MONDAY) == ("TS3", "TS7")
    assert find_unexpected(judged, [concern("TS3")], MONDAY) == ("TS7",)
    assert find_unexpected(judged, [concern("TS3", where="assessment"), concern("TS7", MONDAY - DAY)], MONDAY) == ()


def test_what_is_raised_afterwards_or_about_another_standard_does_not_help() -> None:
    assert find_unexpected({"TS7": "not_on_track"}, [concern("TS7", MONDAY + DAY), concern("TS1")], MONDAY) == ("TS7",)


@drawn(st.dictionaries(st.sampled_from(STANDARDS), JUDGEMENTS), st.sets(st.sampled_from(STANDARDS)))
def test_it_is_the_concerns_without_those_that_were_raised(
    judged: dict[Standard, Judgement], known: set[Standard]
) -> None:
    concerns = {standard for standard, judgement in judged.items() if judgement in CONCERNS}
    assert set(find_unexpected(judged, map(concern, known), MONDAY)) == concerns - known


def test_it_is_shared_only_with_a_reason_for_each() -> None:
    given(ASSESSMENT, assessment_written()).when(share()).then(SHARED)
    refusal = (
        given(ASSESSMENT, assessment_written())
        .when(share("TS3", "TS7", reasons={"TS3": "New."}))
        .refused(NeverRaisedBefore, pointer="/reasons")
    )
    assert "before: TS7." in refusal.detail
    reasons: dict[Standard, str] = {"TS7": "sealed: It began last week."}
    explained = AssessmentShared.model_validate(
        {**NAMES, "unexpected": ("TS7",), "reasons": json.dumps(reasons, sort_keys=True)}
    )
    given(ASSESSMENT, assessment_written()).when(share("TS7", reasons=reasons)).then(explained)


def test_a_reason_that_nobody_asks_for_is_refused() -> None:
    command = share(reasons={"TS1": "Just so."})
    given(ASSESSMENT, assessment_written()).when(command).refused(Invalid, pointer="/reasons/TS1")


def test_the_programme_asks_for_it_in_what_is_formal_and_no_mere_review() -> None:
    kinds: tuple[AssessmentKind, ...] = ("ect_progress_review", "ect_formal_1", "ect_formal_2", "ect_interim")
    asking = [kind for kind in kinds if rules_of(INDUCTION, kind).plan.nothing_unexpected]
    assert asking == ["ect_formal_1", "ect_formal_2", "ect_interim"]
    assert not rules_of(PLACEMENT, "interim").plan.nothing_unexpected
    assert rules_of(PLACEMENT, "final").plan.nothing_unexpected
