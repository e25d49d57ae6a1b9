"""Reactions to referral's events: who is on record, and whose record is no longer there."""

from collections.abc import Mapping

from services.portal.commands.people import record_person, remove_person
from shared.events import PublicEvent
from shared.events.referral import (
    MenteeRecorded,
    MentorRecorded,
    PeopleMerged,
    PersonErased,
    RegistrationUndone,
    TraineeRecorded,
)
from shared.kernel.reactions import Reaction
from shared.kernel.unit import Unit


async def on_mentor_recorded(unit: Unit, event: MentorRecorded) -> None:
    """Take over that they are a mentor."""
    await record_person(unit, event.mentor_id, "mentor", event.happened_on)


async def on_trainee_recorded(unit: Unit, event: TraineeRecorded) -> None:
    """Take over that they are a trainee."""
    await record_person(unit, event.trainee_id, "trainee", event.happened_on)


async def on_mentee_recorded(unit: Unit, event: MenteeRecorded) -> None:
    """Take over that they are mentored."""
    await record_person(unit, event.mentee_id, "trainee", event.happened_on)


async def on_people_merged(unit: Unit, event: PeopleMerged) -> None:
    """Take over that the merged record is no longer there: who signs in by its address is the kept record."""
    await remove_person(unit, event.merged_id, event.happened_on, kept_id=event.kept_id)


async def on_registration_undone(unit: Unit, event: RegistrationUndone) -> None:
    """Take over that the record was a mistake."""
    await remove_person(unit, event.person_id, event.happened_on)


async def on_person_erased(unit: Unit, event: PersonErased) -> None:
    """Forget the person: their name cannot be read again, and nobody signs in as them."""
    await remove_person(unit, event.person_id, event.happened_on)


REACTIONS: Mapping[type[PublicEvent], Reaction] = {
    MentorRecorded: on_mentor_recorded,
    TraineeRecorded: on_trainee_recorded,
    MenteeRecorded: on_mentee_recorded,
    PeopleMerged: on_people_merged,
    RegistrationUndone: on_registration_undone,
    PersonErased: on_person_erased,
}
