"""Who may do or see what in sessions. The first sentence of each rule names the people whom it lets pass.

Rules go by the relation of a person to a relationship first, and by role for those who oversee the partnership. Each
aggregate has its rules in a module of its name; `relations` has what all of them ask.
"""

from services.sessions.policy.access import audience_roles, item_owner, item_reader
from services.sessions.policy.appeals import may_appeal, may_decide_appeal, reads_appeals
from services.sessions.policy.assessments import (
    ALL_STATES,
    assessor,
    may_assess,
    oversees_assessments,
    readable_states,
    receives_assessment,
    roles_to_sign,
)
from services.sessions.policy.assignments import assigned_person, may_assign, may_list_assignments
from services.sessions.policy.break_offs import break_off_reader, may_break_off, visible_break_offs
from services.sessions.policy.circles import circle_member, may_convene
from services.sessions.policy.common_needs import visible_common_needs
from services.sessions.policy.days import (
    may_accept_days,
    may_confirm_days,
    may_log_days,
    may_plan_days,
    may_return_days,
)
from services.sessions.policy.drafts import draft_owner
from services.sessions.policy.feedback import (
    feedback_author,
    may_acknowledge_feedback,
    may_give_feedback,
    may_see_feedback,
)
from services.sessions.policy.figures import may_bring_figures, may_see_figures
from services.sessions.policy.hand_overs import may_pass_on
from services.sessions.policy.inductions import may_record_induction, sees_induction
from services.sessions.policy.journal import journal_owner
from services.sessions.policy.measures import may_take_measures, measures_author, measuring_role
from services.sessions.policy.mentor_requests import may_request_mentor
from services.sessions.policy.moderations import may_draw_sample, may_moderate, visible_samples
from services.sessions.policy.notes import may_write_note, note_author
from services.sessions.policy.nudges import nudge_reader
from services.sessions.policy.onward_referrals import refers_on
from services.sessions.policy.recognitions import recognition_holder
from services.sessions.policy.relations import NOBODY, Assigned, Relationship, RoleHolder, assigned_roles, side_of
from services.sessions.policy.relationships import (
    RelationshipScope,
    may_read_form,
    may_record,
    may_see,
    may_still_act,
    mentee,
    needs_assignment,
    reading_side,
    visible_relationships,
)
from services.sessions.policy.reviews import may_review, may_see_reviews, reviews_relationship
from services.sessions.policy.safeguarding import may_open_record
from services.sessions.policy.second_opinions import may_ask_for_opinion
from services.sessions.policy.story import StoryReader, sees_line, story_reader
from services.sessions.policy.summaries import may_draft_summary, may_open_summary, receives_summary
from services.sessions.policy.support_plans import (
    may_acknowledge_support_plan,
    may_write_support_plan,
    readable_plan_states,
)
from services.sessions.policy.surveys import may_answer_survey
from services.sessions.policy.target_sharing import (
    audiences_of_target,
    may_acknowledge,
    shared_target_readers,
    shared_target_scope,
)

__all__ = [  # noqa: RUF022  # the order in which the page of routes gives the sentences of rules
    "NOBODY",
    "ALL_STATES",
    "Relationship",
    "RoleHolder",
    "Assigned",
    "RelationshipScope",
    "StoryReader",
    "assigned_roles",
    "may_assign",
    "may_list_assignments",
    "assigned_person",
    "visible_relationships",
    "may_see",
    "needs_assignment",
    "reading_side",
    "may_still_act",
    "may_read_form",
    "may_record",
    "may_answer_survey",
    "may_pass_on",
    "may_break_off",
    "may_request_mentor",
    "break_off_reader",
    "visible_break_offs",
    "may_plan_days",
    "may_log_days",
    "may_confirm_days",
    "may_accept_days",
    "may_return_days",
    "story_reader",
    "sees_line",
    "may_give_feedback",
    "may_take_measures",
    "measuring_role",
    "may_open_record",
    "may_bring_figures",
    "may_see_figures",
    "measures_author",
    "may_see_feedback",
    "feedback_author",
    "may_acknowledge_feedback",
    "shared_target_readers",
    "audiences_of_target",
    "may_acknowledge",
    "shared_target_scope",
    "may_write_note",
    "note_author",
    "draft_owner",
    "journal_owner",
    "mentee",
    "item_owner",
    "item_reader",
    "audience_roles",
    "may_assess",
    "assessor",
    "readable_states",
    "roles_to_sign",
    "receives_assessment",
    "oversees_assessments",
    "may_appeal",
    "may_decide_appeal",
    "reads_appeals",
    "may_ask_for_opinion",
    "may_draw_sample",
    "may_moderate",
    "visible_samples",
    "may_record_induction",
    "sees_induction",
    "may_write_support_plan",
    "may_acknowledge_support_plan",
    "readable_plan_states",
    "reviews_relationship",
    "may_review",
    "may_see_reviews",
    "nudge_reader",
    "refers_on",
    "receives_summary",
    "may_open_summary",
    "may_draft_summary",
    "visible_common_needs",
    "may_convene",
    "circle_member",
    "recognition_holder",
    "side_of",
]
