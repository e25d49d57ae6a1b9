"""What pages of assessments read of sessions: the programme's rules, versions, signatures, appeals, what is due."""

from datetime import date
from typing import Literal
from uuid import UUID

from services.portal.calls.answers import Part

State = Literal["drafting", "shared", "commented", "signing", "signed", "submitted", "acknowledged", "returned"]


class Signature(Part):
    """A signature under an assessment, for a role of the programme."""

    role: str
    title: str
    person_id: UUID
    on: date


class Assessment(Part):
    """A version of an assessment, as far as the reader may read it."""

    assessment_id: UUID
    version: int
    relationship_id: UUID
    trainee_id: UUID
    assessor_id: UUID
    kind: str
    title: str
    state: State
    on: date
    judgements: dict[str, str]
    comments: dict[str, str]
    answers: dict[str, str | float]
    evidence: tuple[UUID, ...]
    observations: tuple[UUID, ...]
    observed_on: tuple[date, ...]
    mentor_excepted: bool
    comment: str | None
    commented_on: date | None
    signatures: tuple[Signature, ...]
    next_to_sign: str | None
    submitted_on: date | None
    acknowledged_on: date | None
    returned_on: date | None
    returned_because: str | None
    corrected_because: str | None
    unexpected: dict[str, str]


class AssessmentVersions(Part):
    """An assessment with every version that the reader may read, the first one first."""

    versions: tuple[Assessment, ...]


class AssessmentState(Part):
    """An assessment after a command."""

    assessment_id: UUID
    version: int


class Level(Part):
    """A level of the scale by which standards are judged."""

    id: str
    text: str


class SupportPlanRules(Part):
    """Which roles of a programme write a support plan."""

    written_by: tuple[str, ...]


class AssessmentPlan(Part):
    """How a programme takes an assessment of a kind: by which scale, to whom it is sent, who decides an appeal."""

    kind: str
    scale: tuple[Level, ...]
    comment_within: int
    received_by: tuple[str, ...]
    appeals_decided_by: tuple[str, ...]
    nothing_unexpected: bool
    support_plan: SupportPlanRules | None


class FormField(Part):
    """A field of a programme's form; `filled_by` are roles, none for anybody."""

    id: str
    text: str
    kind: str
    choices: tuple[str, ...]
    filled_by: tuple[str, ...]
    optional: bool


class Form(Part):
    """A form of a programme."""

    id: str
    title: str
    fields: tuple[FormField, ...]


class PracticeRole(Part):
    """A role of a programme: a side of the relationship, or those with an account."""

    id: str
    title: str
    side: Literal["mentor", "mentee"] | None
    held_by: str | None


class Step(Part):
    """A step of a programme: who takes it by which form, who signs, and what it assesses."""

    by: tuple[str, ...]
    form: str | None
    signed_by: tuple[str, ...]
    kind: str | None
    title: str
    assesses: AssessmentPlan | None


class Area(Part):
    """An area of a programme's curriculum."""

    id: str
    text: str


class FeedbackRules(Part):
    """Which roles of a programme give feedback in writing."""

    by: tuple[str, ...]


class Practice(Part):
    """The roles, steps, forms and curriculum of a programme."""

    roles: tuple[PracticeRole, ...]
    steps: tuple[Step, ...]
    forms: tuple[Form, ...]
    curriculum: tuple[Area, ...]
    feedback: FeedbackRules | None


class ProgrammePractice(Part):
    """A programme with its practice."""

    title: str
    practice: Practice


class DueTask(Part):
    """What somebody has to do about an assessment, and by which day."""

    assessment_id: UUID | None
    due_on: date
    kind: str
    overdue: bool
    relationship_id: UUID
    task: Literal["assess", "submit", "correct", "plan_support", "review_support"]
    title: str
    trainee_id: UUID


class Assignment(Part):
    """That somebody is assigned to a trainee from a day on."""

    trainee_id: UUID
    starts_on: date
    ends_on: date | None


class AppealStep(Part):
    """A step of an appeal; its reason is for few."""

    on: date
    person_id: UUID
    state: str
    reason: str | None


class Appeal(Part):
    """How it stands with an appeal against a version, and until when there can be one."""

    version: int
    until: date | None
    state: Literal["made", "withdrawn", "dismissed", "upheld"] | None
    steps: tuple[AppealStep, ...]


class AppealsOfAssessment(Part):
    """The appeals against the versions of an assessment."""

    appeals: tuple[Appeal, ...]


class AppealStatus(Part):
    """An appeal after a command."""

    state: str


class UnexpectedJudgements(Part):
    """The standards of which a draft says what was never raised before."""

    asks: bool
    unexpected: tuple[str, ...]


class EntryForEvidence(Part):
    """An entry of a trainee's journal that is released to the reader."""

    entry_id: UUID
    on: date
    tags: tuple[str, ...]


class ObservationOfLesson(Part):
    """An observation of a lesson, without what was seen."""

    observation_id: UUID
    observed: Literal["mentor", "trainee"]
    asked_by: Literal["mentor", "trainee"]
    accepted: bool
    called_off: bool
    planned_on: date
    held_on: date | None
    feedback_on: date | None
    standards: tuple[str, ...]


class FeedbackForTrainee(Part):
    """Feedback that the reader may read, without its words."""

    feedback_id: UUID
    on: date
    author_id: UUID
    acknowledged_on: date | None
    development_needs: tuple[str, ...]
