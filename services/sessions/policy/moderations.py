"""Who may draw a sample of assessments, and moderate it."""

from dataclasses import dataclass
from uuid import UUID

from services.sessions.policy.relations import person_id
from shared.kernel.decider import NotAllowed, NotFound
from shared.kernel.principal import Principal


@dataclass(frozen=True, slots=True)
class SampleScope:
    """The samples of assessments that a person may see: all, or those with an assessment that they moderate."""

    everything: bool
    person_id: UUID | None


def may_draw_sample(who: Principal) -> None:
    """The partnership lead.

    Raises `NotAllowed` for everybody else.
    """
    if not who.has("partnership_lead"):
        raise NotAllowed("Samples of assessments are drawn by the partnership lead, who names the moderators.")


def may_moderate(who: Principal, moderator_id: UUID | None, *, missing: str) -> None:
    """The person whom the partnership lead named as moderator of the assessment.

    Raises `NotFound` with the sentence `missing` for everybody else.
    """
    if moderator_id is None or person_id(who) != moderator_id:
        raise NotFound(missing)


def visible_samples(who: Principal) -> SampleScope:
    """The partnership lead sees all samples, moderators those with an assessment of theirs."""
    return SampleScope(who.has("partnership_lead"), person_id(who))
