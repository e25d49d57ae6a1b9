"""A sentence of an error that names a way can be followed: a test goes that way.

Source: the finding that undoing a mentor said "Withdraw the person instead", and withdrawing that only trainees can be.
A new sentence that names a way has to be placed here, with a test that goes it.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache

import pytest

from tests.contract.test_findings import names_of_tests
from tools.reference.sources import ROOT

NAMES_A_WAY = re.compile(
    r"\b(instead|Ask (the|your)|ask the|Merge them|can be merged|confirm that they|Withdraw|withdraw that|Reopen|"
    r"Unlock it|[Rr]esume it|[Rr]eview it|amend that|decline it|end it|End the relationship|[Rr]emove it there|"
    r"confirms it first|logs it first|Use the reference|Take that back|again with the right one|of \{\} again|"
    r"import the \w+ first|Import a newer|propose items|Sign your agreement|writes it first|Use that URN)\b"
)
_DAYS = "integration/sessions/test_days.py::test_a_week_is_planned_logged_confirmed_and_accepted"
_LIVES = "integration/referral/test_lives.py::test_the_way_that_is_named_instead_of_undoing_a_record_can_be_gone"
_SHARED = "integration/referral/test_same_people.py::test_a_shared_e_mail_address_has_to_be_confirmed"
_TARGETS = "integration/sessions/test_meetings.py::test_a_target_and_its_review_are_amended_and_every_version_is_kept"
FOLLOWED_IN: Mapping[str, str] = {
    "or ask the partnership lead, or somebody who leads all these schools": (
        "integration/referral/test_offers.py::test_a_schools_lead_speaks_for_that_school_only"
    ),
    "because the person has left. Reopen it first": (
        "unit/portal/test_accounts.py::test_a_leavers_account_takes_nothing_until_it_is_opened_again"
    ),
    "Ask the partnership lead to assign you": (
        "integration/sessions/test_assessments.py::test_a_tutor_or_an_assessor_who_is_assigned_assesses_and_nobody_else"
    ),
    "the support is confirmed: end it": (
        "integration/matching/test_support.py::test_a_support_is_confirmed_by_both_and_ended_by_either"
    ),
    "only proposed: decline it": (
        "integration/matching/test_support.py::test_a_mentor_who_declined_is_not_proposed_to_the_same_mentee_again"
    ),
    "Withdraw the trainee instead": _LIVES,
    "Withdraw the referral instead": _LIVES,
    "until which day the mentor is at the school instead": _LIVES,
    "Take that back first": (
        "integration/referral/test_referrals.py::test_a_step_that_was_a_mistake_is_taken_back_and_stays_readable"
    ),
    "if that day is wrong, send the": (
        "unit/referral/test_training_statuses.py::test_a_deferral_that_is_sent_again_with_other_values_corrects_it"
    ),
    "if the trainee was not back then": (
        "unit/referral/test_training_statuses.py::test_an_absence_that_is_sent_again_with_its_day_takes_back_the_return"
    ),
    "Reopen it, or choose another one": (
        "integration/referral/test_referrals.py::test_nobody_is_referred_to_a_programme_that_was_opened_by_mistake"
    ),
    "Withdraw this referral, unless it is for a placement after that one": (
        "integration/matching/test_one_person.py::test_a_trainee_whose_referral_is_withdrawn_waits_no_more"
    ),
    "or withdraw that referral first": (
        "integration/referral/test_many_referrals.py"
        "::test_whoever_is_referred_otherwise_already_is_an_error_until_that_is_withdrawn"
    ),
    "Some rows share an e-mail address": _SHARED,
    "or confirm that they are two people": _SHARED,
    "two records of one person can be merged": (
        "integration/referral/test_same_people.py::test_the_same_row_again_and_a_corrected_trn_are_no_errors"
    ),
    "propose items to each other first": (
        "integration/sessions/test_hand_overs.py::test_only_what_both_agreed_to_reaches_the_next_mentor"
    ),
    "amend that record": (
        "integration/sessions/test_amendments.py"
        "::test_a_meeting_recorded_as_missed_by_mistake_is_amended_and_both_versions_are_shown"
    ),
    "Ask the school to offer the place again": (
        "integration/referral/test_offers.py::test_a_school_takes_an_offer_back_and_makes_it_again"
    ),
    "Ask the school to confirm the offer": (
        "integration/referral/test_offers.py::test_an_offer_that_nobody_confirmed_is_asked_about_and_a_word_is_enough"
    ),
    "Merge them if they are one person": (
        "integration/referral/test_lives.py::test_two_records_of_one_trainee_become_one"
    ),
    "The trainee logs it first": _DAYS,
    "The school confirms it first": _DAYS,
    "one of you writes it first": (
        "integration/sessions/test_agreements.py::test_both_write_and_sign_and_see_the_same"
    ),
    "End the relationship instead": (
        "integration/matching/test_break_offs.py::test_the_place_is_open_again_and_the_next_round_finds_another_mentor"
    ),
    "Sign your agreement first": (
        "integration/sessions/test_agreements.py::test_until_both_have_signed_only_facts_are_recorded"
    ),
    "resume it first": ("integration/sessions/test_break_offs.py::test_a_pause_by_one_and_a_resumption_by_the_other"),
    "If its last review is wrong, amend that": _TARGETS,
    "Review it first": _TARGETS,
    "Propose a last day to each other instead": (
        "integration/sessions/test_break_offs.py::test_an_early_end_is_agreed_by_both_even_if_both_propose_it_at_once"
    ),
    "Ask the school for a place more": (
        "integration/matching/test_confirmations.py"
        "::test_a_proposal_for_a_place_that_was_taken_is_confirmed_once_the_school_offers_a_place_more"
    ),
    "Unlock it first": (
        "integration/matching/test_repair.py::test_a_pair_that_was_locked_meanwhile_is_not_moved_until_it_is_unlocked"
    ),
    "remove it there first": (
        "integration/matching/test_wishes.py"
        "::test_who_was_wished_for_is_ruled_out_once_the_wish_is_taken_back_and_the_other_way_round"
    ),
    "Import a newer extract": (
        "integration/referral/test_lives_of_schools.py"
        "::test_a_link_to_a_school_that_is_not_recorded_is_applied_after_a_newer_extract"
    ),
    "Send the extract of all schools": (
        "integration/referral/test_imports.py"
        "::test_an_extract_of_childrens_centres_is_refused_and_that_of_all_schools_is_taken"
    ),
    "import the trainees first": (
        "integration/referral/test_imports.py"
        "::test_a_row_whose_trainee_is_not_recorded_is_read_once_the_trainees_are_imported"
    ),
    "import the schools first": (
        "integration/referral/test_imports.py"
        "::test_a_row_whose_school_is_not_recorded_is_read_once_the_schools_are_imported"
    ),
    "Use that URN": (
        "integration/referral/test_lives_of_schools.py"
        "::test_a_mentor_of_a_closed_school_is_imported_with_the_urn_of_its_successor"
    ),
    "Ask the partnership lead for the others": (
        "integration/referral/test_matching_inputs.py"
        "::test_the_days_at_another_school_are_changed_by_the_lead_of_the_partnership"
    ),
    "record the return first": (
        "integration/sessions/test_absences.py"
        "::test_no_meeting_is_recorded_for_a_day_of_a_deferral_and_one_from_before_is_shown_so"
    ),
    "or ask the partnership lead to correct it": (
        "integration/sessions/test_absences.py::test_a_withdrawal_that_the_lead_corrects_stands_in_the_way_no_longer"
    ),
    "correct the mentor's days there": (
        "integration/sessions/test_absences.py::test_a_mentor_who_has_left_the_school_meets_nobody_there"
    ),
    "On that day the school was closed": (
        "integration/sessions/test_absences.py::test_a_closed_school_has_no_meetings_until_the_register_shows_it_again"
    ),
    "Ask the provider to return it first": (
        "integration/sessions/test_days.py"
        "::test_a_day_that_the_provider_accepted_is_removed_once_the_provider_returned_it"
    ),
    "This plan is closed. Reopen it": (
        "integration/sessions/test_support_plans.py::test_a_plan_is_due_written_shared_acknowledged_reviewed_and_closed"
    ),
    "Ask the two whether they met": (
        "integration/reporting/test_early_warnings.py::test_two_weeks_without_a_record_are_a_warning_until_they_have_one"
    ),
    "Ask the two what keeps them from meeting": (
        "integration/reporting/test_early_warnings.py::test_meetings_missed_in_a_row_count_since_the_last_that_was_held"
    ),
    "Remove it there first": ("integration/sessions/test_days.py::test_no_half_of_a_day_counts_in_two_placements"),
}
"""By a part of the sentence, the test that meets it where that can be arranged, and goes its way."""


def read_text(node: ast.AST) -> str | None:
    """Return the text of a literal, with {} for what is put in."""
    match node:
        case ast.Constant(value=str() as text):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(read_text(part) or "{}" for part in parts)
        case _:
            return None


def find_sentences(tree: ast.Module) -> Iterator[str]:
    """Find the sentences in a module that name a way; documentation is none."""
    passed = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    passed |= {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        text = None if id(node) in passed else read_text(node)
        if text is not None and NAMES_A_WAY.search(text) and re.search(r"[.;]", text):
            yield text


@cache
def all_sentences() -> set[str]:
    return {
        sentence
        for file in sorted((ROOT / "services").rglob("*.py"))
        for sentence in find_sentences(ast.parse(file.read_text(encoding="utf-8")))
    }


def test_a_sentence_that_names_a_way_is_followed_by_a_test() -> None:
    unplaced = {sentence for sentence in all_sentences() if not any(part in sentence for part in FOLLOWED_IN)}

    assert unplaced == set(), "go the way in a test, and name it in FOLLOWED_IN"


def test_every_part_is_of_a_sentence() -> None:
    assert {part for part in FOLLOWED_IN if not any(part in sentence for sentence in all_sentences())} == set()


@pytest.mark.parametrize("part", FOLLOWED_IN)
def test_the_test_that_goes_the_way_is_there(part: str) -> None:
    module, name = FOLLOWED_IN[part].split("::")

    assert name in names_of_tests(module)
