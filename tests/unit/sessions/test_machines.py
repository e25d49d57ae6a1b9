"""Every aggregate of sessions whose commands depend on one another is held against a plain model, or is listed here."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from services.sessions import domain
from shared.kernel.decider import deciders_in

HERE = Path(__file__).parent
MACHINES: Mapping[str, str] = {
    "agreement": "test_agreement_machine",
    "appeals": "test_appeals",
    "assessment": "test_assessment_machine",
    "assignments": "test_assignment_machine",
    "break_off": "test_break_off_machine",
    "circle": "test_circle_machine",
    "common_needs": "test_common_needs",
    "day": "test_day_machine",
    "feedback": "test_feedback",
    "hand_over": "test_hand_overs",
    "induction": "test_induction_machine",
    "journal_entry": "test_journal",
    "measures": "test_measures",
    "meeting": "test_meeting_machine",
    "meeting_days": "test_meeting_days",
    "mentor_request": "test_break_off_machine",
    "moderation": "test_moderation_machine",
    "nudges": "test_nudges",
    "observation": "test_observation_machine",
    "onward_referral": "test_onward_referrals",
    "reflection": "test_reflection_machine",
    "relationship": "test_relationship_machine",
    "reviews": "test_reviews",
    "safeguarding": "test_safeguarding",
    "second_opinions": "test_second_opinions",
    "series": "test_series_machine",
    "summary": "test_summary_machine",
    "support_plan": "test_support_plans",
    "survey": "test_survey_machine",
    "target": "test_target_machine",
    "target_week": "test_target_weeks",
}
"""The module with the model of each aggregate, by its category."""
WITHOUT_MODEL: Mapping[str, str] = {
    "absences": "what referral reports replaces what it reported before",
    "calendar": "what referral reports replaces what it reported before",
    "figures": "a figure replaces the one of its day",
    "host": "a set of relationships, and the last successor",
    "merge": "a record is merged once",
    "note": "a note replaces the one before",
    "person": "a person is forgotten once",
    "programme": "what referral publishes replaces what it published before",
    "recognition": "issued, then replaced or withdrawn, each once: `test_recognitions` has every case",
    "trainee": "sets that only grow",
    "count": "a process: one fact",
    "planning": "a process: one fact",
    "review_plan": "a process: its facts follow those of reviews",
    "untouched_target": "a process: its facts follow those of targets",
    "watch": "a process: its facts follow those of meetings and targets",
}
"""Aggregates with no states that a command could meet in the wrong order, and processes."""


def test_every_aggregate_has_a_model_or_a_reason_for_having_none() -> None:
    categories = {decider.category for decider in deciders_in(domain)}
    assert MACHINES.keys() | WITHOUT_MODEL.keys() == categories
    assert MACHINES.keys().isdisjoint(WITHOUT_MODEL)


@pytest.mark.parametrize("category", MACHINES)
def test_a_model_goes_through_commands_in_whatever_order(category: str) -> None:
    source = (HERE / f"{MACHINES[category]}.py").read_text(encoding="utf-8")
    assert "Machine):" in source or "@drawn(" in source
