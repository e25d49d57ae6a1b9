"""A slip is not for ever: each event has a route that corrects what it records, or is for good for a reason given here.

Source: the finding that a training entry, once logged, could not be taken back. A new event has to be placed here.
"""

import re

from fastapi.routing import APIRoute

from services.portal.pages.application import ROUTERS
from tests.contract.surface import read_surface

WITHDRAW_ITEM = "sessions POST /relationships/{relationship_id}/hand-over/items/{item_id}/withdrawal"
AGENDA = "/relationships/{relationship_id}/series/{planned_id}/agenda"
CORRECTED_BY = {
    "portal.partnership_named": "portal PUT /api/partnership",
    "portal.account_opened": "portal POST /api/accounts/{account_id}/closure",
    "portal.account_closed": "portal POST /api/accounts/{account_id}/reopening",
    "portal.account_reopened": "portal POST /api/accounts/{account_id}/closure",
    "portal.role_given": "portal POST /api/accounts/{account_id}/roles/{grant_id}/end",
    "portal.role_ended": "portal POST /api/accounts/{account_id}/roles",
    "sessions.day_recorded": "sessions POST /days/return",
    "referral.programme_opened": "referral POST /programmes/{programme_id}/closure",
    "referral.programme_closed": "referral POST /programmes/{programme_id}/reopening",
    "referral.programme_reopened": "referral POST /programmes/{programme_id}/closure",
    "referral.referral_made": "referral POST /referrals/{referral_id}/withdrawal",
    **dict.fromkeys(
        (
            "referral.referral_countersigned",
            "referral.consent_given",
            "referral.consent_refused",
            "referral.referral_accepted",
            "referral.referral_declined",
            "referral.referral_redirected",
            "referral.referral_withdrawn",
        ),
        "referral POST /referrals/{referral_id}/reversal",
    ),
    "referral.step_reversed": "referral POST /referrals/{referral_id}/acceptance",
    "referral.registration_undone": "referral POST /imports",
    "referral.import_undone": "referral POST /imports",
    "referral.school_restored": "referral POST /imports",
    "sessions.series_set": "sessions PUT /relationships/{relationship_id}/series",
    "sessions.planned_meeting_moved": "sessions PUT /relationships/{relationship_id}/series/{planned_id}/day",
    "sessions.planned_meeting_cancelled": "sessions PUT /relationships/{relationship_id}/series/{planned_id}/day",
    "sessions.agenda_item_added": f"sessions DELETE {AGENDA}/{{item_id}}",
    "sessions.agenda_item_removed": f"sessions POST {AGENDA}",
    "referral.school_calendar_recorded": "referral POST /imports",
    "sessions.assessment_written": "sessions PUT /assessments/{assessment_id}",
    "sessions.assessment_shared": "sessions PUT /assessments/{assessment_id}",
    "sessions.assessment_commented": "sessions PUT /assessments/{assessment_id}/comment",
    "sessions.assessment_signed": "sessions PUT /assessments/{assessment_id}/return",
    "sessions.assessment_submitted": "sessions POST /assessments/{assessment_id}/corrections",
    "sessions.assessment_returned": "sessions PUT /assessments/{assessment_id}",
    "sessions.assessment_acknowledged": "sessions POST /assessments/{assessment_id}/corrections",
    "sessions.appeal_made": "sessions PUT /assessments/{assessment_id}/appeal/withdrawal",
    "sessions.appeal_withdrawn": "sessions PUT /assessments/{assessment_id}/appeal",
    "sessions.appeal_decided": "sessions PUT /assessments/{assessment_id}/appeal/reversal",
    "sessions.appeal_decision_reversed": "sessions PUT /assessments/{assessment_id}/appeal/decision",
    "sessions.support_plan_written": "sessions PUT /assessments/{assessment_id}/support-plan",
    "sessions.support_plan_shared": "sessions PUT /assessments/{assessment_id}/support-plan",
    "sessions.support_plan_acknowledged": "sessions PUT /assessments/{assessment_id}/support-plan",
    "sessions.support_plan_reviewed": "sessions PUT /assessments/{assessment_id}/support-plan/review",
    "sessions.support_plan_closed": "sessions PUT /assessments/{assessment_id}/support-plan/reopening",
    "sessions.support_plan_reopened": "sessions PUT /assessments/{assessment_id}/support-plan/closing",
    "sessions.assessment_taken_over": "sessions PUT /assessments/{assessment_id}/assessor",
    "sessions.second_opinion_asked": "sessions PUT /assessments/{assessment_id}/second-opinion/withdrawal",
    "sessions.second_opinion_withdrawn": "sessions PUT /assessments/{assessment_id}/second-opinion/request",
    "sessions.second_opinion_written": "sessions PUT /assessments/{assessment_id}/second-opinion",
    "sessions.moderation_sample_drawn": "sessions PUT /moderations/{moderation_id}/discarding",
    "sessions.moderation_sample_discarded": "sessions POST /moderations",
    "sessions.moderator_named": "sessions PUT /moderations/{moderation_id}/assessments/{assessment_id}/moderator",
    "sessions.induction_period_set": "sessions PUT /trainees/{trainee_id}/induction/periods/{period_id}",
    "sessions.induction_absence_set": "sessions PUT /trainees/{trainee_id}/induction/absences/{absence_id}",
    "sessions.moderation_agreed": "sessions PUT /moderations/{moderation_id}/assessments/{assessment_id}/return",
    "sessions.moderation_sent_back": "sessions PUT /assessments/{assessment_id}",
    "sessions.assessor_exception_explained": "sessions PUT /trainees/{trainee_id}/assignments/{assignment_id}",
    "sessions.assignment_set": "sessions PUT /trainees/{trainee_id}/assignments/{assignment_id}",
    "referral.setting_overridden": "referral POST /programmes/{programme_id}/overrides",
    "referral.import_confirmed": "referral POST /imports/{import_id}/undo",
    "referral.mentor_recorded": "referral PUT /people/{person_id}/schools",
    "referral.trainee_recorded": "referral POST /imports",
    "referral.mentee_recorded": "referral POST /people/{person_id}/undo",
    "referral.earlier_placements_recorded": "referral POST /imports",
    "referral.school_recorded": "referral POST /imports",
    "referral.school_closed": "referral POST /imports/{import_id}/undo",
    "referral.school_succeeded": "referral POST /imports/{import_id}/undo",
    "referral.appetite_said": "referral POST /schools/{urn}/appetite",
    "referral.hosting_limit_set": "referral PUT /hosting-limits",
    "referral.mentor_declared": "referral POST /people/{person_id}/mentoring",
    "referral.relations_recorded": "referral POST /people/{person_id}/relations/end",
    "referral.training_logged": "referral PUT /people/{person_id}/training/{training_id}",
    "referral.training_corrected": "referral PUT /people/{person_id}/training/{training_id}",
    "referral.training_removed": "referral POST /people/{person_id}/training",
    "referral.offer_recorded": "referral POST /offers",
    "referral.offer_confirmed": "referral POST /offers",
    "referral.offer_withdrawn": "referral POST /offers",
    "referral.trainee_deferred": "referral POST /people/{person_id}/deferral",
    "referral.trainee_withdrawn": "referral POST /people/{person_id}/withdrawal",
    "referral.trainee_returned": "referral POST /people/{person_id}/deferral",
    "referral.trainee_reinstated": "referral POST /people/{person_id}/withdrawal",
    "matching.travel_times_known": "matching POST /travel-times",
    "matching.wishes_said": "matching PUT /wishes",
    "matching.vetoes_said": "matching PUT /vetoes",
    "matching.choices_said": "matching PUT /choices",
    "matching.support_asked_for": "matching PUT /people/{person_id}/asks",
    "matching.asks_taken_back": "matching PUT /people/{person_id}/asks",
    "matching.pair_accepted": "matching POST /pairs/{pair_id}/answer-withdrawal",
    "matching.pair_declined": "matching POST /pairs/{pair_id}/answer-withdrawal",
    "matching.answer_taken_back": "matching POST /pairs/{pair_id}/acceptance",
    "matching.support_accepted": "matching POST /supports/{support_id}/answer-withdrawal",
    "matching.support_declined": "matching POST /supports/{support_id}/answer-withdrawal",
    "matching.support_answer_taken_back": "matching POST /supports/{support_id}/acceptance",
    "matching.support_ended": "matching PUT /people/{person_id}/asks",
    "matching.pair_locked": "matching DELETE /pairs/{pair_id}/lock",
    "matching.pair_unlocked": "matching PUT /pairs/{pair_id}/lock",
    "sessions.agreement_written": "sessions PUT /relationships/{relationship_id}/agreement",
    "sessions.agreement_signed": "sessions PUT /relationships/{relationship_id}/agreement",
    "sessions.survey_answered": "sessions PUT /relationships/{relationship_id}/survey/answers",
    "sessions.relationship_paused": "sessions POST /relationships/{relationship_id}/resumption",
    "sessions.relationship_resumed": "sessions POST /relationships/{relationship_id}/pause",
    "sessions.end_proposed": "sessions POST /relationships/{relationship_id}/ending/withdrawal",
    "sessions.end_withdrawn": "sessions POST /relationships/{relationship_id}/ending",
    "sessions.contact_asked": "sessions PUT /break-offs/{relationship_id}",
    "sessions.handed_over": "sessions POST /relationships/{relationship_id}/hand-over/revocations",
    "sessions.hand_over_revoked": "sessions POST /relationships/{relationship_id}/hand-over",
    "sessions.target_set": "sessions PUT /targets/{target_id}",
    "sessions.target_reviewed": "sessions PUT /targets/{target_id}/review",
    "sessions.target_progress_noted": "sessions DELETE /targets/{target_id}/progress/{note_id}",
    "sessions.target_progress_taken_back": "sessions POST /targets/{target_id}/progress",
    "sessions.target_shared": "sessions POST /targets/{target_id}/revocations",
    "sessions.target_share_revoked": "sessions POST /targets/{target_id}/shares",
    "sessions.target_acknowledged": "sessions POST /targets/{target_id}/revocations",
    "sessions.hand_over_item_proposed": WITHDRAW_ITEM,
    "sessions.hand_over_item_agreed": WITHDRAW_ITEM,
    "sessions.hand_over_item_withdrawn": "sessions POST /relationships/{relationship_id}/hand-over/items",
    "sessions.meeting_held": "sessions PUT /meetings/{meeting_id}",
    "sessions.meeting_missed": "sessions PUT /meetings/{meeting_id}",
    "sessions.meeting_day_corrected": "sessions PUT /meetings/{meeting_id}",
    "sessions.meeting_acknowledged": "sessions PUT /meetings/{meeting_id}",
    "sessions.note_written": "sessions PUT /meetings/{meeting_id}/note",
    "sessions.journal_entry_written": "sessions PUT /journal/{entry_id}",
    "sessions.journal_file_attached": "sessions DELETE /journal/{entry_id}/files/{file_id}",
    "sessions.journal_file_removed": "sessions POST /journal/files",
    "sessions.journal_entry_released": "sessions POST /journal/{entry_id}/revocations",
    "sessions.journal_release_revoked": "sessions POST /journal/{entry_id}/releases",
    "sessions.record_opened": "sessions POST /relationships/{relationship_id}/safeguarding/{grant_id}/closure",
    "sessions.record_closed": "sessions POST /relationships/{relationship_id}/safeguarding",
    "sessions.figure_recorded": "sessions POST /figures",
    "sessions.measures_taken": "sessions PUT /measures/{series_id}/{measure_id}",
    "sessions.measures_released": "sessions POST /measures/{series_id}/{measure_id}/revocations",
    "sessions.measures_release_revoked": "sessions POST /measures/{series_id}/{measure_id}/releases",
    "sessions.numbers_released": "sessions POST /measures/{series_id}/{measure_id}/revocations",
    "sessions.feedback_written": "sessions PUT /feedback/{feedback_id}",
    "sessions.feedback_acknowledged": "sessions PUT /feedback/{feedback_id}",
    "sessions.feedback_released": "sessions POST /feedback/{feedback_id}/revocations",
    "sessions.feedback_release_revoked": "sessions POST /feedback/{feedback_id}/releases",
    "sessions.talk_recorded": "sessions PUT /relationships/{relationship_id}/nudges/{nudge_id}/no-talk",
    "sessions.talk_taken_back": "sessions PUT /relationships/{relationship_id}/nudges/{nudge_id}/talk",
    "sessions.another_mentor_requested": "sessions PUT /mentor-requests/{relationship_id}/withdrawal",
    "sessions.mentor_request_withdrawn": "sessions PUT /mentor-requests/{relationship_id}",
    "sessions.contact_asked_no_more": "sessions PUT /mentor-requests/{relationship_id}",
    "sessions.recognition_issued": "sessions PUT /recognitions/{recognition_id}/withdrawal",
    "sessions.recognition_withdrawn": "sessions POST /recognitions",
    "sessions.circle_opened": "sessions PUT /circles/{circle_id}/closure",
    "sessions.circle_closed": "sessions PUT /circles/{circle_id}/reopening",
    "sessions.circle_member_invited": "sessions PUT /circles/{circle_id}/departures",
    "sessions.circle_invitation_answered": "sessions PUT /circles/{circle_id}/answer",
    "sessions.circle_member_left": "sessions PUT /circles/{circle_id}/invitations",
    "sessions.circle_met": "sessions PUT /circles/{circle_id}/meetings",
    "sessions.circle_note_shared": "sessions PUT /circles/{circle_id}/meetings",
    "sessions.circle_meeting_removed": "sessions PUT /circles/{circle_id}/meetings",
    "sessions.help_offered": "sessions POST /onward-referrals/{onward_id}/steps",
    "sessions.help_step_taken": "sessions POST /onward-referrals/{onward_id}/steps/withdrawal",
    "sessions.help_step_taken_back": "sessions POST /onward-referrals/{onward_id}/steps",
    "sessions.summary_written": "sessions PUT /relationships/{relationship_id}/summary",
    "sessions.summary_signed": "sessions POST /relationships/{relationship_id}/summary/withdrawal",
    "sessions.summary_taken_back": "sessions POST /relationships/{relationship_id}/summary/signatures",
    "sessions.relationship_reviewed": "sessions POST /relationships/{relationship_id}/reviews/withdrawal",
    "sessions.review_taken_back": "sessions POST /relationships/{relationship_id}/reviews",
    "sessions.reflection_written": "sessions PUT /relationships/{relationship_id}/reflections/{step}",
    "sessions.reflection_released": "sessions POST /reflections/{reflection_id}/revocations",
    "sessions.reflection_release_revoked": "sessions POST /reflections/{reflection_id}/releases",
    "sessions.observation_planned": "sessions PUT /observations/{observation_id}/day",
    "sessions.observation_moved": "sessions PUT /observations/{observation_id}/day",
    "sessions.observation_accepted": "sessions PUT /observations/{observation_id}/day",
    "sessions.observation_called_off": "sessions POST /relationships/{relationship_id}/observations",
    "sessions.observation_written": "sessions PUT /observations/{observation_id}/answers",
    "sessions.observation_held": "sessions PUT /observations/{observation_id}/held",
    "sessions.observation_feedback_given": "sessions PUT /observations/{observation_id}/feedback",
    "sessions.observation_released": "sessions POST /observations/{observation_id}/revocations",
    "sessions.observation_release_revoked": "sessions POST /observations/{observation_id}/releases",
}
"""By event, the route that corrects what it records, takes it back, or says it anew."""


CORRECTED_ON_PAGES = {
    "portal.feed_made": "POST /calendar/end",
    "portal.feed_changed": "POST /calendar",
    "portal.feed_rotated": "POST /calendar/rotation",
    "portal.feed_ended": "POST /calendar",
    "portal.reminders_paused": "POST /reminders",
    "portal.reminders_resumed": "POST /reminders",
}
"""The same of what somebody does on a page of the portal alone."""
FOR_GOOD = {
    "referral.people_merged": (
        "Every service has gone on under the kept record since, and what was recorded of the two cannot be told apart. "
        "A merge asks for both records first. After a wrong one, import the other person under a new reference."
    ),
    "sessions.relationship_broken_off": (
        "It holds at once and without anybody's consent, the place may be promised to somebody else, and no click may "
        "bring two people together again of whom one wanted out. The mentee waits, and the next round proposes another "
        "mentor."
    ),
    "sessions.needs_counted": (
        "A count that changed would tell what the pair named whose summary came or went in between. The next term is "
        "counted anew."
    ),
    "sessions.journal_entry_removed": (
        "Its owner wanted it gone, and a page that came back would not be gone. They write another entry."
    ),
    "portal.sign_ins_ended": "Whoever was signed out signs in again, and is linked again to what they sign in with.",
}
"""Events that are meant to stay, by why they are, and what to do instead."""


NOT_YET = {"sessions.standard_commented"}
"""Events whose slip stays for now: whoever gives one a correcting command moves it up."""
FOLLOWING = {
    "portal.person_named", "portal.person_recorded", "portal.person_gone",
    "portal.account_of_record", "portal.identity_linked", "portal.mentoring_changed", "portal.meeting_recorded",
    "portal.target_changed", "portal.proposal_changed", "portal.holidays_changed", "portal.training_changed",
    "sessions.views_compared", "sessions.break_off_read",
    "sessions.target_counted", "sessions.target_uncounted", "sessions.target_untouched", "sessions.target_telling_due",
    "referral.rows_taken_in", "referral.rows_taken_back", "referral.person_engaged", "referral.record_taken_over",
    "referral.person_erased", "referral.placement_confirmed", "referral.placement_ended",
    "referral.referral_rehomed", "referral.school_followed", "referral.host_named",
    "sessions.relationship_opened", "sessions.relationship_rehomed", "sessions.relationship_moved",
    "sessions.relationship_ended", "sessions.relationship_hosted", "sessions.relationship_agreed",
    "sessions.host_followed", "sessions.record_merged", "sessions.person_forgotten", "sessions.participant_erased",
    "sessions.programme_known", "sessions.absences_recorded", "sessions.mentor_joined", "sessions.assessor_admitted",
    "sessions.mentors_rehomed", "sessions.journal_entry_read", "sessions.journal_entry_used",
    "sessions.observation_read", "sessions.feedback_read", "sessions.measures_read", "sessions.calendar_known",
    "sessions.observation_used", "sessions.meeting_planned", "sessions.planned_ahead", "sessions.planning_due",
    "sessions.recognition_replaced",
    "sessions.nudge_given", "sessions.nudge_ended", "sessions.nudge_passed_on", "sessions.look_planned",
    "sessions.look_due", "sessions.passing_on_due", "sessions.meeting_noticed", "sessions.target_noticed",
    "sessions.untouched_noticed",
    "sessions.summary_read", "sessions.needs_named", "sessions.count_due",
    "sessions.review_planned", "sessions.review_plan_due", "sessions.closing_due", "sessions.reflection_read",
}  # fmt: skip
"""Events that follow from what is recorded elsewhere, and follow its correction; and erasures, which are for good."""
FOLLOWS_IN_MATCHING = re.compile(
    r"_known$|_(proposed|lapsed|confirmed|withdrawn|reminded|forgotten|merged|undone|joined|left)$|^matching\.(round_|naming_"
    r"|erasure_|pairs_explained$|pair_held|pair_let_go|trainee_|parting_due|registration_|answers_|allocated|load_|pair_found|support_answers_"
    r"|support_rests|support_over|ground_gone|release_due|place_confirmed|replacement_due|mentor_change_)"
)
"""The same in matching, where the solver and the processes record most of what is stored."""


def test_every_event_is_corrected_or_follows_what_is_or_is_for_good_for_a_reason() -> None:
    types = {line.split()[0] for line in read_surface()["private events"]}
    placed = set(CORRECTED_BY) | set(CORRECTED_ON_PAGES) | set(FOR_GOOD) | NOT_YET | FOLLOWING
    left = types - placed
    follows = {event for event in left if event.startswith("matching.") and FOLLOWS_IN_MATCHING.search(event)}
    assert left - follows == set(), "say in CORRECTED_BY by which route it is corrected"
    assert placed - types == set()


def test_every_route_that_corrects_something_is_there() -> None:
    assert set(CORRECTED_BY.values()) - set(read_surface()["routes"]) == set()
    routes = [each for router in ROUTERS for each in router.routes if isinstance(each, APIRoute)]
    pages = {f"{method} {route.path}" for route in routes for method in route.methods or ()}
    assert set(CORRECTED_ON_PAGES.values()) - pages == set()
