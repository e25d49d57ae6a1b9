"""Assessments to print, and a document of what a mentor has done, as examples for the tests of documents."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from services.sessions.domain.assessment_rules import rules_of
from services.sessions.domain.assessment_versions import STANDARDS
from services.sessions.domain.recognitions import Mentoring, RoleFigures
from services.sessions.queries.appeals import Appeal, AppealStepTaken
from services.sessions.queries.assessment_papers import AssessmentPaper
from services.sessions.queries.assessments import Assessment, Signature
from services.sessions.queries.moderations import Moderation
from services.sessions.queries.recognitions import RecognitionView
from services.sessions.queries.second_opinions import OpinionOnVersion, OpinionStepTaken
from tests.unit.sessions.example_assessments import LEAD_ID, PLACEMENT
from tests.unit.sessions.examples import ASSESSMENT_ID, RELATIONSHIP_ID, STRANGER_ID, TRAINEE_ID, TUTOR_ID

RULES = rules_of(PLACEMENT, "end_of_placement")
JUDGEMENTS = dict.fromkeys(STANDARDS, "on_track") | {"TS3": "needs_support", "TS7": "not_on_track"}
SIGNED_ON = date(2026, 12, 16)
SIGNATURES = tuple(
    Signature(role=signer.role, title=signer.title, person_id=person, on=SIGNED_ON)
    for signer, person in zip(RULES.signers, (TUTOR_ID, STRANGER_ID, TRAINEE_ID), strict=True)
)
ENTRY_ID, OBSERVATION_ID = UUID(int=81), UUID(int=82)


def version(number: int = 1, **fields: Any) -> Assessment:
    """A version that was submitted, or one with other fields."""
    known: dict[str, Any] = {
        "assessment_id": ASSESSMENT_ID,
        "version": number,
        "relationship_id": RELATIONSHIP_ID,
        "trainee_id": TRAINEE_ID,
        "assessor_id": TUTOR_ID,
        "kind": "end_of_placement",
        "title": RULES.title,
        "state": "submitted",
        "on": date(2026, 12, 17),
        "judgements": JUDGEMENTS,
        "comments": {"TS3": "Fractions were not secure yet.", "TS7": "Agree on one routine.\nKeep to it."},
        "answers": {"comment": "Three lessons."},
        "evidence": (ENTRY_ID,),
        "observed_on": (date(2026, 11, 12),),
        "observations": (OBSERVATION_ID,),
        "mentor_excepted": False,
        "shared_on": date(2026, 12, 14),
        "comment": "I began with the routine on Monday.",
        "commented_on": date(2026, 12, 15),
        "signatures": SIGNATURES,
        "next_to_sign": None,
        "submitted_on": date(2026, 12, 17),
        "acknowledged_on": None,
        "returned_on": None,
        "returned_because": None,
        "corrected_because": None,
        "taken_over_because": None,
        "unexpected": {"TS7": "It began last week."},
    }
    return Assessment.model_validate(known | fields)


def draft(**fields: Any) -> Assessment:
    """A version that was begun: two standards are judged, nobody else reads it."""
    begun: dict[str, Any] = {
        **dict.fromkeys(("shared_on", "comment", "commented_on", "submitted_on")),
        **{name: {} for name in ("comments", "answers", "unexpected")},
        **dict.fromkeys(("evidence", "observed_on", "observations", "signatures"), ()),
        "state": "drafting",
        "judgements": {"TS1": "on_track", "TS2": "needs_support"},
    }
    return version(**begun | fields)


def paper(printed: Assessment, *others: Assessment, **fields: Any) -> AssessmentPaper:
    """What is printed of a version that has nothing beside it, or what the `fields` name."""
    return replace(AssessmentPaper("Northstar", PLACEMENT, RULES, printed, others, None, None, ()), **fields)


def appeal(*steps: AppealStepTaken) -> Appeal:
    """An appeal against the first version with these steps."""
    return Appeal(
        version=1,
        submitted_on=date(2026, 12, 17),
        until=date(2027, 1, 15),
        state=steps[-1].state if steps else None,
        corrected_in=None,
        steps=list(steps),
    )


def appeal_step(state: str, reason: str | None, *, reversal: bool = False) -> AppealStepTaken:
    """A step of an appeal."""
    person = TRAINEE_ID if state == "made" and not reversal else LEAD_ID
    fields = {"state": state, "on": date(2027, 1, 5), "person_id": person, "reversal": reversal, "reason": reason}
    return AppealStepTaken.model_validate(fields)


MODERATION = Moderation(
    drawn_on=date(2026, 12, 18), state="agreed", moderator_id=STRANGER_ID, decided_on=date(2026, 12, 19), reason=None
)
OPINION = OpinionOnVersion(
    version=1,
    state="written",
    steps=[
        OpinionStepTaken.model_validate(
            {
                "state": state,
                "on": date(2026, 12, 21),
                "person_id": STRANGER_ID,
                "reason": reason,
                "judgements": judgements,
                "summary": summary,
                "comments": comments,
            }
        )
        for state, reason, judgements, summary, comments in (
            ("asked", "TS3 surprises me.", {}, None, {}),
            ("written", None, JUDGEMENTS | {"TS3": "on_track"}, "I saw it otherwise.", {"TS3": "It was secure."}),
        )
    ],
)
COMPLETE = paper(
    version(),
    version(2, **{**dict(draft(shared_on=None)), "version": 2, "corrected_because": "TS3 was a slip."}),
    appeal=appeal(appeal_step("made", "Nobody saw me teach."), appeal_step("dismissed", "You were seen.")),
    opinion=OPINION,
    moderations=(MODERATION,),
)
"""A version that was submitted, with a correction begun, a moderation, an appeal and a second opinion."""


def role(title: str, meetings: int, programme: str = "Initial teacher training") -> RoleFigures:
    """What was done in a role: meetings of 50 minutes."""
    return RoleFigures(
        programme=programme,
        role=title,
        minutes=50 * meetings,
        meetings=meetings,
        mentees=2,
        first_on=date(2025, 9, 8),
        last_on=date(2026, 12, 11),
    )


def recognition(*roles: RoleFigures, **fields: Any) -> RecognitionView:
    """The document of a mentor who had these roles."""
    together = {
        "minutes": sum(each.minutes for each in roles),
        "meetings": sum(each.meetings for each in roles),
        "mentees": sum(each.mentees for each in roles),
        "first_on": date(2025, 9, 8),
        "last_on": date(2026, 12, 11),
    }
    known: dict[str, Any] = {
        "recognition_id": UUID(int=91),
        "status": "stands",
        "as_of": date(2026, 12, 14),
        "code": "ABCD-EFGH-JKLM-NPQR",
        "name": "Ann Example",
        "name_shown": "initials",
        "mentoring": Mentoring(**together, academic_years=("2025/26", "2026/27"), roles=roles),
        "verify": "/partnerships/Northstar/recognitions/ABCD-EFGH-JKLM-NPQR",
    }
    return RecognitionView.model_validate(known | fields)
