"""What sessions does about others' events: a confirmed pair opens a relationship, an erased person is forgotten."""

from collections.abc import Mapping

from services.sessions.domain.relationship import RELATIONSHIP, Open
from services.sessions.domain.trainee import TRAINEE, Join
from shared.events import PublicEvent
from shared.events.matching import PairConfirmed
from shared.events.referral import PersonErased
from shared.kernel.reactions import Reaction
from shared.kernel.unit import Unit


async def on_pair_confirmed(unit: Unit, event: PairConfirmed) -> None:
    """Open the pair's relationship, and note with the trainee who mentors them, in one append."""
    await unit.decide(
        RELATIONSHIP,
        event.pair_id,
        Open(
            relationship_id=event.pair_id,
            programme_id=event.programme_id,
            trainee_id=event.trainee_id,
            mentor_id=event.mentor_id,
            school_urn=event.school_urn,
            starts_on=event.starts_on,
            ends_on=event.ends_on,
            meetings_per_week=event.meetings_per_week,
            targets_per_meeting=event.targets_per_meeting,
            assessor_is_not_mentor=event.assessor_is_not_mentor,
            mentor_hours_per_week=event.mentor_hours_per_week,
            on=event.happened_on,
        ),
    )
    await unit.decide(
        TRAINEE,
        event.trainee_id,
        Join(
            trainee_id=event.trainee_id,
            mentor_id=event.mentor_id,
            relationship_id=event.pair_id,
            assessor_is_not_mentor=event.assessor_is_not_mentor,
            on=event.happened_on,
        ),
    )


async def on_person_erased(unit: Unit, event: PersonErased) -> None:
    """Destroy the person's key: what was said by and about them here can no longer be read."""
    unit.forget(event.person_id)


REACTIONS: Mapping[type[PublicEvent], Reaction] = {PairConfirmed: on_pair_confirmed, PersonErased: on_person_erased}
