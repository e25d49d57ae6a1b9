"""Reactions to referral's events: programmes, successors of schools, merges of records, absences, and erased people."""

from collections.abc import Mapping

from services.sessions.commands.absences import (
    change_training_status,
    record_absences,
    record_schools,
    take_over_absences,
)
from services.sessions.commands.assignments import take_over_assignments
from services.sessions.commands.calendars import learn_calendar
from services.sessions.commands.days import take_over_days
from services.sessions.commands.drafts import delete_drafts_of
from services.sessions.commands.files import delete_files_of
from services.sessions.commands.hosts import current_host, load_host, relationships_at, set_successor
from services.sessions.commands.inductions import take_over_induction
from services.sessions.commands.merges import merge_record
from services.sessions.commands.programmes import learn_programme
from services.sessions.commands.relationships import forget_person, move_relationships, rehome_relationships
from services.sessions.domain.calendars import LearnCalendar
from services.sessions.domain.programmes import LearnProgramme
from shared.events import PublicEvent
from shared.events.absences import Absence
from shared.events.referral import (
    MentorRecorded,
    PeopleMerged,
    PersonErased,
    ProgrammeOpened,
    SchoolCalendarRecorded,
    SchoolClosed,
    SchoolRecorded,
    SchoolSucceeded,
    TraineeStandingChanged,
)
from shared.kernel.decider import build_from
from shared.kernel.reactions import Reaction
from shared.kernel.unit import Unit


async def on_programme_opened(unit: Unit, event: ProgrammeOpened) -> None:
    """Remember how people work together in the programme."""
    await learn_programme(unit, build_from(LearnProgramme, event, on=event.happened_on))


async def on_school_succeeded(unit: Unit, event: SchoolSucceeded) -> None:
    """Move every relationship at the school to its successor."""
    moving = await relationships_at(unit, event.urn)
    await set_successor(unit, event.urn, event.successor_urn, event.happened_on)
    await move_relationships(unit, moving, await current_host(unit, event.urn), event.happened_on)


async def on_school_closed(unit: Unit, event: SchoolClosed) -> None:
    """Record the closing. Take back the successor of a school that has none after all, and move its relationships back.

    Only relationships that began at the school, and are at the successor now, move back.
    """
    closed = (Absence(reason="school_closed", since=event.happened_on),)
    await record_absences(unit, event.urn, closed, event.happened_on)
    host = await load_host(unit, event.urn)
    if host.successor_urn is None:
        return
    there = set(await relationships_at(unit, await current_host(unit, event.urn)))
    await set_successor(unit, event.urn, None, event.happened_on)
    moving = [relationship_id for relationship_id in host.relationships if relationship_id in there]
    await move_relationships(unit, moving, event.urn, event.happened_on)


async def on_school_recorded(unit: Unit, event: SchoolRecorded) -> None:
    """Let a school that was closed by mistake be open: the register shows it again."""
    await record_absences(unit, event.urn, (), event.happened_on)


async def on_training_status_changed(unit: Unit, event: TraineeStandingChanged) -> None:
    """Record from which day the trainee is away, or back."""
    await change_training_status(unit, event.trainee_id, event.standing, event.happened_on)


async def on_mentor_recorded(unit: Unit, event: MentorRecorded) -> None:
    """Record on which days the mentor is not at a school."""
    await record_schools(unit, event.mentor_id, event.school_urn, event.periods, event.happened_on)


async def on_school_calendar_recorded(unit: Unit, event: SchoolCalendarRecorded) -> None:
    """Remember the terms and holidays of the school."""
    await learn_calendar(unit, build_from(LearnCalendar, event, on=event.happened_on))


async def on_people_merged(unit: Unit, event: PeopleMerged) -> None:
    """Let every relationship of the merged record continue with the kept record; what was recorded stays unchanged."""
    await merge_record(unit, event.merged_id, event.kept_id, event.happened_on)
    await take_over_absences(unit, event.merged_id, event.kept_id, event.happened_on)
    await take_over_days(unit, event.merged_id, event.kept_id, event.happened_on)
    await take_over_assignments(unit, event.merged_id, event.kept_id, event.happened_on)
    await take_over_induction(unit, event.merged_id, event.kept_id, event.happened_on)
    await rehome_relationships(unit, event.merged_id, event.happened_on)


async def on_person_erased(unit: Unit, event: PersonErased) -> None:
    """Destroy the person's key, so that no text by or about them can be read again; delete their files and drafts;
    end their relationships and assignments.
    """
    unit.destroy_key(event.person_id)
    delete_files_of(unit, event.person_id)
    delete_drafts_of(unit, event.person_id)
    await forget_person(unit, event.person_id, event.happened_on)


REACTIONS: Mapping[type[PublicEvent], Reaction] = {
    ProgrammeOpened: on_programme_opened,
    SchoolSucceeded: on_school_succeeded,
    SchoolCalendarRecorded: on_school_calendar_recorded,
    SchoolClosed: on_school_closed,
    SchoolRecorded: on_school_recorded,
    TraineeStandingChanged: on_training_status_changed,
    MentorRecorded: on_mentor_recorded,
    PeopleMerged: on_people_merged,
    PersonErased: on_person_erased,
}
