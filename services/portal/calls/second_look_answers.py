"""What pages of second opinions and moderation read of sessions."""

from datetime import date
from typing import Literal
from uuid import UUID

from services.portal.calls.answers import Part


class OpinionStep(Part):
    """A step of a second opinion: asked for, withdrawn, or written."""

    on: date
    person_id: UUID
    state: Literal["asked", "withdrawn", "written"]
    reason: str | None
    summary: str | None
    judgements: dict[str, str]


class Opinion(Part):
    """How it stands with the second opinion on a version."""

    version: int
    state: Literal["asked", "withdrawn", "written"]
    steps: tuple[OpinionStep, ...]


class OpinionsOnAssessment(Part):
    """The second opinions on an assessment, and whether the programme knows any."""

    possible: bool
    opinions: tuple[Opinion, ...]


class OpinionStatus(Part):
    """A second opinion after a command."""

    state: str


class SampledAssessment(Part):
    """An assessment that was drawn into a sample, who moderates it, and what they say."""

    assessment_id: UUID
    trainee_id: UUID
    assessor_id: UUID
    version: int
    moderator_id: UUID | None
    state: Literal["drawn", "named", "agreed", "sent_back"]
    decided_on: date | None
    reason: str | None


class Sample(Part):
    """A sample of assessments to moderate, and how it was drawn."""

    moderation_id: UUID
    programme_id: UUID
    kind: str
    submitted_from: date
    submitted_until: date
    candidates: int
    seed: int
    share_percent: int
    of_each_assessor: int
    drawn_on: date
    discarded_on: date | None
    sampled: tuple[SampledAssessment, ...]


class SampleStatus(Part):
    """A sample after it was drawn."""

    moderation_id: UUID


class ModerationStatus(Part):
    """An assessment of a sample after a command."""

    state: str
