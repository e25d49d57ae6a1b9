"""Calls for pages of assessments: what somebody reads, what they can do next, and what a judgement can rest on."""

from asyncio import gather
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from types import GenericAlias
from typing import Any, TypeVar
from uuid import UUID

from services.portal.calls.answers import Part, Relationship
from services.portal.calls.assessment_answers import (
    Appeal,
    AppealsOfAssessment,
    Assessment,
    AssessmentPlan,
    AssessmentVersions,
    Assignment,
    EntryForEvidence,
    FeedbackForTrainee,
    Form,
    Level,
    ObservationOfLesson,
    Practice,
    PracticeRole,
    ProgrammePractice,
    Signature,
    Step,
)
from services.portal.calls.pages import read_all
from services.portal.calls.second_look_answers import Opinion, OpinionsOnAssessment
from services.portal.calls.services import Refused, ServicesAsPerson
from services.portal.calls.support_plan_answers import SupportPlan

P = TypeVar("P", bound=Part)

STANDARDS = tuple(f"TS{number}" for number in range(1, 9))
LOOK_BACK = 60
"""Days after a placement for which its trainee is listed."""
ASSESSED_IN = ("lead", "school_mentor")
"""What a mentor is in relationships whose trainee or teacher is assessed."""
ONCE_SUBMITTED = ("submitted", "acknowledged")


@dataclass(frozen=True)
class PersonInProgramme:
    """Who somebody is to a relationship: their id, their side of it if they have one, and the role of their account."""

    person_id: UUID
    account_role: str
    side: str | None

    def has(self, role: PracticeRole) -> bool:
        """Whether they stand for a role of the programme."""
        if role.side is not None:
            return role.side == self.side
        return role.held_by == self.account_role


@dataclass
class AssessmentView:
    """An assessment as somebody reads it: its versions, its relationship, and the rules of its programme."""

    versions: Sequence[Assessment]
    relationship: Relationship
    practice: Practice
    appeals: Sequence[Appeal] = ()
    others: Sequence[Assessment] = field(default_factory=list)
    support_plan: SupportPlan | None = None
    opinions: OpinionsOnAssessment | None = None

    @property
    def last(self) -> Assessment:
        """The last version."""
        return self.versions[-1]

    @cached_property
    def step(self) -> Step | None:
        """The step of the programme that this kind of assessment is; None for a programme that does not say."""
        return step_of(self.practice, self.last.kind)

    @property
    def plan(self) -> AssessmentPlan | None:
        """How the programme takes this kind of assessment."""
        return self.step.assesses if self.step else None

    @property
    def levels(self) -> Sequence[Level]:
        """The levels of the scale."""
        return self.plan.scale if self.plan else ()

    @property
    def form(self) -> Form | None:
        """The form that goes with the judgements."""
        name = self.step.form if self.step else None
        return next((form for form in self.practice.forms if form.id == name), None)

    @property
    def before(self) -> Assessment | None:
        """The last other assessment of the trainee before this one that was submitted."""
        earlier = [
            each
            for each in self.others
            if each.assessment_id != self.last.assessment_id
            and each.state in ONCE_SUBMITTED
            and each.on <= self.last.on
        ]
        return max(earlier, key=lambda each: each.on, default=None)

    def signers(self, version: Assessment) -> list[tuple[PracticeRole, Signature | None]]:
        """Return the roles that sign, in their order, each with its signature under a version."""
        signed = {signature.role: signature for signature in version.signatures}
        roles = {role.id: role for role in self.practice.roles}
        return [(roles[name], signed.get(name)) for name in (self.step.signed_by if self.step else ()) if name in roles]

    def appeal_of(self, version: int) -> Appeal | None:
        """Return how it stands with an appeal against a version."""
        return next((appeal for appeal in self.appeals if appeal.version == version), None)

    def person(self, person_id: UUID, account_role: str) -> PersonInProgramme:
        """Return who somebody is to the relationship."""
        sides = {self.relationship.trainee_id: "mentee", self.relationship.mentor_id: "mentor"}
        return PersonInProgramme(person_id, account_role, sides.get(person_id))

    def steps_for(self, who: PersonInProgramme, today: date) -> frozenset[str]:
        """Return what somebody can do next with the last version. The service decides; this is what a page offers."""
        last, plan, appeal = self.last, self.plan, self.appeal_of(self.last.version)
        own = {role.id for role in self.practice.roles if who.has(role)}
        writes = last.assessor_id == who.person_id
        signs = self._signs_next(who, writes=writes)
        receives = plan is not None and bool(own & set(plan.received_by)) and who.side is None
        decides = plan is not None and bool(own & set(plan.appeals_decided_by)) and who.side is None
        is_assessed = who.person_id == last.trainee_id
        can: dict[str, bool] = {
            "write": writes and last.state in ("drafting", "shared", "commented", "returned"),
            "share": writes and last.state == "drafting",
            "comment": is_assessed and last.state in ("shared", "commented"),
            "sign": signs,
            "return": (signs and not writes) or (receives and last.state == "submitted"),
            "submit": writes and last.state == "signed",
            "acknowledge": receives and last.state == "submitted",
            "appeal": is_assessed and appeal is not None and _can_appeal(appeal, today),
            "withdraw": is_assessed and appeal is not None and appeal.state == "made",
            "decide": decides and not writes and appeal is not None and appeal.state == "made",
            "correct": writes and last.state in ONCE_SUBMITTED,
        }
        return frozenset(step for step, is_possible in can.items() if is_possible)

    def opinion_of(self, version: int) -> Opinion | None:
        """Return the second opinion on a version; None where nobody has asked for one."""
        return (
            next((each for each in self.opinions.opinions if each.version == version), None) if self.opinions else None
        )

    def opinion_steps_for(self, who: PersonInProgramme) -> frozenset[str]:
        """Return what somebody can do next about a second opinion on the last version."""
        last, opinion = self.last, self.opinion_of(self.last.version)
        if self.opinions is None or not self.opinions.possible or last.state not in ONCE_SUBMITTED:
            return frozenset()
        own = {role.id for role in self.practice.roles if who.has(role)}
        receives = self.plan is not None and who.side is None and bool(own & set(self.plan.received_by))
        took_part = who.person_id in {last.assessor_id, *(signature.person_id for signature in last.signatures)}
        is_asked = opinion is not None and opinion.state == "asked"
        asked_by = opinion.steps[-1].person_id if opinion is not None and opinion.steps else None
        can = {
            "ask": (who.side == "mentee" or receives) and (opinion is None or opinion.state == "withdrawn"),
            "withdraw": is_asked and asked_by == who.person_id,
            "write": is_asked and who.account_role == "tutor" and who.side is None and not took_part,
        }
        return frozenset(step for step, is_possible in can.items() if is_possible)

    def support_steps_for(self, who: PersonInProgramme) -> frozenset[str]:
        """Return what somebody can do next about the support plan for which the last version asks."""
        plan = self.support_plan
        if plan is None or self.last.state not in ONCE_SUBMITTED:
            return frozenset()
        rules = self.plan.support_plan if self.plan else None
        own = {role.id for role in self.practice.roles if who.has(role)}
        writes = who.side != "mentee" and (
            self.last.assessor_id == who.person_id or (rules is not None and bool(own & set(rules.written_by)))
        )
        last = plan.versions[-1] if plan.versions else None
        state = last.state if last else None
        can = {
            "write": writes and state != "closed" and (plan.asked_for or last is not None),
            "share": writes and state == "drafting",
            "acknowledge": who.side == "mentee" and state == "shared",
            "review": writes and state in ("shared", "acknowledged"),
            "close": writes and state in ("shared", "acknowledged"),
            "reopen": writes and state == "closed",
        }
        return frozenset(step for step, is_possible in can.items() if is_possible)

    def _signs_next(self, who: PersonInProgramme, *, writes: bool) -> bool:
        role = next((role for role, signature in self.signers(self.last) if signature is None), None)
        if role is None or self.last.state not in ("shared", "commented", "signing"):
            return False
        by_assessor = self.step is not None and role.id in self.step.by
        return writes if by_assessor else who.has(role)


def _can_appeal(appeal: Appeal, today: date) -> bool:
    return appeal.until is not None and today <= appeal.until and appeal.state in (None, "withdrawn")


def step_of(practice: Practice, kind: str) -> Step | None:
    """Return the step of a programme that assesses by a kind."""
    return next((step for step in practice.steps if step.assesses and step.assesses.kind == kind), None)


async def read_practice(services: ServicesAsPerson, relationship_id: UUID) -> tuple[Relationship, Practice]:
    """Return a relationship and the practice of its programme."""
    relationship, programme = await gather(
        services.get("sessions", f"/relationships/{relationship_id}", Relationship),
        services.get("sessions", f"/relationships/{relationship_id}/practice", ProgrammePractice),
    )
    return relationship, programme.practice


async def read_assessment(services: ServicesAsPerson, assessment_id: UUID) -> AssessmentView:
    """Return an assessment with its versions, its programme's rules, its appeals, and the trainee's other ones."""
    path = f"/assessments/{assessment_id}"
    versions = (await services.get("sessions", path, AssessmentVersions)).versions
    last = versions[-1]
    (relationship, practice), appeals, others, support_plan, opinions = await gather(
        read_practice(services, last.relationship_id),
        services.get("sessions", f"{path}/appeal", AppealsOfAssessment),
        list_assessments(services, last.trainee_id),
        _support_plan(services, f"{path}/support-plan"),
        services.get("sessions", f"{path}/second-opinion", OpinionsOnAssessment),
    )
    return AssessmentView(versions, relationship, practice, appeals.appeals, others, support_plan, opinions)


async def _support_plan(services: ServicesAsPerson, path: str) -> SupportPlan | None:
    """Return a support plan; None for whom there is none to see."""
    try:
        found = await services.get("sessions", path, SupportPlan)
    except Refused:
        return None
    return found if found.asked_for or found.versions else None


async def list_assessments(services: ServicesAsPerson, trainee_id: UUID) -> list[Assessment]:
    """Return the assessments of a trainee that the person may read, each in its last version, the latest first."""
    return await services.get("sessions", "/assessments", list[Assessment], trainee_id=trainee_id)


async def list_trainees(services: ServicesAsPerson, account_role: str, today: date) -> dict[UUID, UUID]:
    """Return the trainees whose assessments somebody has to do with today, each with a relationship that goes on.

    A tutor's are those to whom they are assigned, everybody else's those of the relationships that they see.
    """
    every = await read_all(services, "sessions", "/relationships", Relationship, lambda each: each.relationship_id)
    first, last = today - timedelta(days=LOOK_BACK), today + timedelta(days=31)
    current = {
        each.trainee_id: each.relationship_id
        for each in sorted(every, key=lambda each: each.starts_on)
        if each.role in ASSESSED_IN and first <= each.ends_on and each.starts_on <= last
    }
    if account_role != "tutor":
        return current
    assigned = await services.get("sessions", "/assignments", list[Assignment])
    own = {each.trainee_id for each in assigned if each.starts_on <= today <= (each.ends_on or today)}
    return {trainee_id: relationship_id for trainee_id, relationship_id in current.items() if trainee_id in own}


@dataclass(frozen=True)
class EvidenceItem:
    """Something that a judgement can rest on: what it is, its day, and the field of an assessment that names it."""

    item_id: UUID
    what: str
    on: date
    standards: tuple[str, ...]
    address: str
    field: str | None


async def read_evidence(services: ServicesAsPerson, relationship: Relationship) -> list[EvidenceItem]:
    """Return what the trainee released to the person, and lessons that were observed, the latest first.

    Nothing is opened: the trainee is shown who has opened something.
    """
    path = f"/relationships/{relationship.relationship_id}"
    entries, observations, feedback = await gather(
        _unless_refused(services, "/journal", EntryForEvidence, owner_id=relationship.trainee_id),
        _unless_refused(services, f"{path}/observations", ObservationOfLesson),
        _unless_refused(services, f"{path}/feedback", FeedbackForTrainee),
    )
    items = [
        EvidenceItem(each.entry_id, "Journal", each.on, each.tags, f"/evidence/journal/{each.entry_id}", "evidence")
        for each in entries
    ]
    items += [
        EvidenceItem(
            each.observation_id,
            "Lesson observed",
            each.held_on,
            each.standards,
            f"/evidence/observations/{each.observation_id}",
            "observations",
        )
        for each in observations
        if each.held_on is not None and each.observed == "trainee"
    ]
    items += [
        EvidenceItem(
            each.feedback_id,
            "Feedback",
            each.on,
            each.development_needs,
            f"/evidence/feedback/{each.feedback_id}",
            None,
        )
        for each in feedback
    ]
    return sorted(items, key=lambda item: (item.on, item.item_id), reverse=True)


async def _unless_refused(services: ServicesAsPerson, path: str, row: type[P], **query: object) -> list[P]:
    """Return a list; nothing where the person may not see it."""
    answer: Any = GenericAlias(list, (row,))
    try:
        rows: list[P] = await services.get("sessions", path, answer, **query)
    except Refused:
        return []
    return rows
