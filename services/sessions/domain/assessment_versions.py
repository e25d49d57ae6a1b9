"""An assessment in its versions: what people write of it, its events, and its state.

What is returned or corrected is written as a new version; the version before stays as it was. All text is about the
trainee, and sealed for them.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, ClassVar, Literal, get_args
from uuid import UUID

from pydantic import Field

from services.sessions.domain.forms import FormAnswers
from services.sessions.domain.texts import Text, long_date
from shared.events.words import AssessmentKind, Judgement, Standard
from shared.inputs.days import AssessmentDay, ObservationDay, StepDay
from shared.inputs.numbers import Whole
from shared.kernel.decider import DomainError, Event, Invalid, Personal, Value

STANDARDS: tuple[Standard, ...] = get_args(Standard)
State = Literal["drafting", "shared", "commented", "signing", "signed", "submitted", "acknowledged", "returned"]
LevelId = Annotated[str, Field(min_length=1, max_length=50)]
Version = Annotated[Whole, Field(ge=1, le=1000)]


class AssessmentText(Value):
    """All that an assessor writes: a level for each standard, comments, answers to the form, and what it rests on.

    It rests on items that the trainee released to the assessor (`evidence`), on `observations` that were released to
    the assessor or are the assessor's own, and on lessons that the assessor saw on days (`observed_on`). What is left
    out is empty; only what is shared has to be complete.
    """

    on: AssessmentDay
    judgements: Mapping[Standard, LevelId] = {}
    comments: Mapping[Standard, Text] = {}
    answers: FormAnswers = Field(default_factory=dict)
    evidence: Annotated[tuple[UUID, ...], Field(max_length=50)] = ()
    observations: Annotated[tuple[UUID, ...], Field(max_length=50)] = ()
    observed_on: Annotated[tuple[ObservationDay, ...], Field(max_length=50)] = ()


class NewAssessment(AssessmentText):
    """An assessment of a kind, in a relationship of the trainee, to begin."""

    relationship_id: UUID
    kind: AssessmentKind


class Correction(AssessmentText):
    """A new version of an assessment that was submitted, and why it is needed."""

    reason: Text


class AssessmentStep(Value):
    """The day on which somebody shares, submits or acknowledges an assessment."""

    on: StepDay


class AssessmentSharing(AssessmentStep):
    """The day on which an assessment is shared; for each judgement that comes unexpected, why it comes up only now."""

    reasons: Mapping[Standard, Text] = {}


class TraineesComment(Value):
    """What the trainee says of an assessment; without a comment, that they have none."""

    on: StepDay
    comment: Text | None = None


class AssessmentSignature(Value):
    """A signature under a version of an assessment."""

    on: StepDay
    version: Annotated[Whole, Field(ge=1, le=1000)]


class AssessmentReturn(Value):
    """Why somebody sends an assessment back to its assessor."""

    on: StepDay
    reason: Text


class Takeover(Value):
    """Why somebody goes on with an assessment whose assessor is not assigned any more, if they want to say."""

    on: StepDay
    reason: Text | None = None


class AssessmentEvent(Event):
    """The fields that all events of an assessment share; the first version is 1."""

    assessment_id: UUID
    trainee_id: UUID
    version_number: int = 1


class AssessmentWritten(AssessmentEvent):
    """The assessor wrote a version, or wrote it anew; `text` holds the comments and the answers to the form.

    `reason` is why a submitted assessment is corrected. `filled` are the fields of the form that have an answer.
    `excepted` says that the assessor mentors the trainee, and writes by an exception or a rule of the programme.
    """

    type: ClassVar[str] = "sessions.assessment_written"

    relationship_id: UUID
    assessor_id: UUID
    kind: AssessmentKind
    levels: dict[Standard, str]
    evidence: tuple[UUID, ...]
    observed_on: tuple[date, ...]
    filled: tuple[str, ...]
    excepted: bool
    observations: tuple[UUID, ...] = ()
    text: Annotated[str, Personal("trainee_id")]
    reason: Annotated[str | None, Personal("trainee_id")] = None


class AssessmentTakenOver(AssessmentWritten):
    """Another assessor goes on with an assessment, in a version of their own that begins with the same text."""

    type: ClassVar[str] = "sessions.assessment_taken_over"

    taken_over_because: Annotated[str | None, Personal("trainee_id")] = None


class AssessmentShared(AssessmentEvent):
    """The assessor shared the version with the trainee and with those who sign it.

    `unexpected` are the standards of which it says what was never raised before; `reasons` are the assessor's words on
    why, by standard, as one text.
    """

    type: ClassVar[str] = "sessions.assessment_shared"

    unexpected: tuple[Standard, ...] = ()
    reasons: Annotated[str | None, Personal("trainee_id")] = None


class TraineeCommented(AssessmentEvent):
    """The trainee commented on the version, or said that they have no comment."""

    type: ClassVar[str] = "sessions.assessment_commented"

    comment: Annotated[str | None, Personal("trainee_id")] = None


class AssessmentSigned(AssessmentEvent):
    """Somebody signed the version for a role; `complete` says that all have signed."""

    type: ClassVar[str] = "sessions.assessment_signed"

    role: str
    person_id: UUID
    complete: bool


class AssessmentSubmitted(AssessmentEvent):
    """The assessment was submitted: what each standard counts as in reports, and the levels of the programme's scale.

    Before there were drafts this was the only event of an assessment, besides the comments on standards.
    """

    type: ClassVar[str] = "sessions.assessment_submitted"

    relationship_id: UUID
    kind: AssessmentKind
    judgements: dict[Standard, Judgement]
    evidence: tuple[UUID, ...] = ()
    assessor_id: UUID
    levels: Mapping[Standard, str] = {}


class StandardCommented(AssessmentEvent):
    """The assessor commented on a standard. Written before there were drafts, which hold the comments since."""

    type: ClassVar[str] = "sessions.standard_commented"

    standard: Standard
    comment: Annotated[str, Personal("trainee_id")]


class AssessmentAcknowledged(AssessmentEvent):
    """Those to whom the programme sends it took note of the assessment."""

    type: ClassVar[str] = "sessions.assessment_acknowledged"

    person_id: UUID


class AssessmentReturned(AssessmentEvent):
    """Somebody who had to sign or receive it sent it back to the assessor, with a reason."""

    type: ClassVar[str] = "sessions.assessment_returned"

    person_id: UUID
    reason: Annotated[str, Personal("trainee_id")]


MISSING = "There is no such assessment."
MISSING_VERSION = "There is no such version of the assessment, or you may not read it."


NO_TEXT = json.dumps({"comments": {}, "answers": {}})
"""The text of an assessment in which nothing is written."""


class NotInThisState(DomainError):
    """What somebody asks of an assessment comes too early or too late."""


class AssessmentNotComplete(DomainError):
    """A standard without a judgement, or a field without an answer, in an assessment that is shared."""


class NeverRaisedBefore(DomainError):
    """A formal assessment says what was never raised with the trainee, and gives no reason."""


class NotYourSignature(DomainError):
    """Somebody signs before those who sign first in this programme, or twice for two roles."""


class StillAssigned(DomainError):
    """Somebody takes an assessment over while its assessor can still go on with it."""


class AssessmentChanged(DomainError):
    """Somebody signs a version that is not the last one."""

    status = 412


@dataclass(frozen=True, slots=True)
class Submission:
    """A version that was submitted: by whom it was written and signed, and the levels of its standards."""

    assessment_id: UUID
    trainee_id: UUID
    version: int
    submitted_on: date
    assessor_id: UUID
    signed_by: frozenset[UUID] = frozenset()
    levels: Mapping[Standard, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Assessment:
    """The last version of an assessment: its state, and who has signed it for which role.

    `submissions` are the versions that were submitted and not returned, by their numbers.
    """

    assessment_id: UUID
    relationship_id: UUID
    trainee_id: UUID
    assessor_id: UUID
    kind: AssessmentKind
    state: State
    last_on: date
    version: int = 1
    levels: Mapping[Standard, str] = field(default_factory=dict)
    filled: frozenset[str] = frozenset()
    evidence: tuple[UUID, ...] = ()
    observations: tuple[UUID, ...] = ()
    text: str | None = None
    shared_on: date | None = None
    signed_by: tuple[tuple[str, UUID], ...] = ()
    submissions: Mapping[int, Submission] = field(default_factory=dict)

    @property
    def roles_signed(self) -> tuple[str, ...]:
        """The roles for which it is signed."""
        return tuple(role for role, _ in self.signed_by)


def must_not_be_before(on: date, last_on: date) -> None:
    """Refuse a step that is dated before the last one of the same record.

    Raises:
        Invalid: the step is dated before `last_on`.

    """
    if on < last_on:
        raise Invalid(f"The last step was on {long_date(last_on)}; choose that day or a later one.", pointer="/on")
