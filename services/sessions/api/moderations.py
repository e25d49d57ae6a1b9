"""Routes of moderations."""

from uuid import UUID

from services.sessions.commands import moderations as commands
from services.sessions.commands.moderations import ModerationStatus, SampleDiscardedStatus, SampleStatus
from services.sessions.domain.moderations import MODERATION, LookAgain, ModerationStep, NamedModerator, NewSample
from services.sessions.queries import moderations as queries
from services.sessions.queries.moderations import ModerationSample
from shared.kernel.http.context import CallerDep, CreatorDep, ReaderDep
from shared.kernel.http.routes import Router
from shared.kernel.http.versions import has_version

router = Router("sessions")


@router.post("/moderations", status_code=201)
async def draw_sample(body: NewSample, caller: CreatorDep) -> SampleStatus:
    """Draw a sample of the assessments that wait to be acknowledged, by the rule of the programme.

    The same seed draws the same sample from the same assessments.
    """
    return await caller.run(commands.draw_sample(caller.who, body), SampleStatus)


@router.get("/moderations")
async def list_samples(reader: ReaderDep) -> list[ModerationSample]:
    """List the samples that you drew as a lead, or of which you moderate an assessment."""
    return await queries.list_samples(reader)


@router.get("/moderations/{moderation_id}")
@has_version(MODERATION, key="moderation_id")
async def show_sample(moderation_id: UUID, reader: ReaderDep) -> ModerationSample:
    """Show a sample, how it was drawn, and what its moderators found."""
    return await queries.show_sample(reader, moderation_id)


@router.put("/moderations/{moderation_id}/discarding")
@has_version(MODERATION, key="moderation_id")
async def discard_sample(moderation_id: UUID, body: ModerationStep, caller: CallerDep) -> SampleDiscardedStatus:
    """Discard a sample that was drawn by mistake, before anything of it is moderated."""
    return await caller.run(commands.discard_sample(caller.who, moderation_id, body), SampleDiscardedStatus)


@router.put("/moderations/{moderation_id}/assessments/{assessment_id}/moderator")
@has_version(MODERATION, key="moderation_id")
async def name_moderator(
    moderation_id: UUID, assessment_id: UUID, body: NamedModerator, caller: CallerDep
) -> ModerationStatus:
    """Name who moderates a sampled assessment: somebody who neither wrote nor signed it."""
    return await caller.run(commands.name_moderator(caller.who, moderation_id, assessment_id, body), ModerationStatus)


@router.put("/moderations/{moderation_id}/assessments/{assessment_id}/agreement")
@has_version(MODERATION, key="moderation_id")
async def agree(moderation_id: UUID, assessment_id: UUID, body: ModerationStep, caller: CallerDep) -> ModerationStatus:
    """Agree with an assessment that you moderate."""
    return await caller.run(commands.agree(caller.who, moderation_id, assessment_id, body), ModerationStatus)


@router.put("/moderations/{moderation_id}/assessments/{assessment_id}/return")
@has_version(MODERATION, key="moderation_id")
async def send_back(moderation_id: UUID, assessment_id: UUID, body: LookAgain, caller: CallerDep) -> ModerationStatus:
    """Ask the assessor to look again at an assessment that you moderate, with the reason: it is returned to them."""
    return await caller.run(commands.send_back(caller.who, moderation_id, assessment_id, body), ModerationStatus)
