"""Answers to an instrument of the programme: a baseline, the same measures again and again, and at the end.

Source: product.md S6; George (ten identifiers from 1 to 10 at the beginning, the same at the end). The mentee owns
every answer, also those by which others give another view of them, and releases each time item by item. Numbers reach
the reports of the partnership only where the mentee released them to its leads.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Annotated, ClassVar
from uuid import UUID, uuid5

from pydantic import Field

from services.sessions.domain.access import (
    PRIVATE,
    Access,
    Audience,
    Item,
    ItemRead,
    ItemReleased,
    ItemReleaseRevoked,
    ReadItem,
    ReleaseItem,
    RevokeRelease,
    read,
    reason_to_read,
    release,
    revoke,
)
from services.sessions.domain.amendments import must_be_amendable
from services.sessions.domain.forms import FormAnswers, write_answers
from services.sessions.domain.instruments import answers_of, find_instrument, form_of, numbers_in
from services.sessions.domain.programmes import Programme
from services.sessions.domain.relationships import Relationship
from services.sessions.domain.texts import long_date
from shared.events.practices import Instrument
from shared.events.words import Occasion
from shared.inputs.days import MeetingDay, StepDay
from shared.inputs.numbers import Yes
from shared.kernel.decider import Command, Decider, DomainError, Event, Invalid, NotFound, Personal, Value

InstrumentCode = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
"""The id of an instrument of the programme."""
TO_REPORTS = Audience(role="partnership_lead")
"""Numbers that are released to the leads of the partnership count in its reports."""
MISSING = "There are no such measures."


class NewMeasures(Value):
    """All answers to an instrument on a day; the first ones are the baseline, `is_end` says that they are the last."""

    instrument: InstrumentCode
    on: MeetingDay
    answers: FormAnswers
    is_end: Yes = False


class AmendedMeasures(Value):
    """The answers as they should be; `amended_on` is the day on which this version is written."""

    answers: FormAnswers
    amended_on: StepDay


class MeasuresEvent(Event):
    """The fields that all events of measures share: whose answers they are, and which time it was."""

    series_id: UUID
    owner_id: UUID
    measure_id: UUID


class MeasuresTaken(MeasuresEvent):
    """Somebody answered the instrument in a role, or amended their answers: the latest version counts.

    `mentor_reads` says that the programme lets the mentor read them. `written_on` is the day of recording.
    """

    type: ClassVar[str] = "sessions.measures_taken"

    relationship_id: UUID
    instrument: str
    role: str
    author_id: UUID
    occasion: Occasion
    mentor_reads: bool
    version_number: int
    written_on: date
    answers: Annotated[str, Personal("owner_id")]
    amended_on: date | None = None


class MeasuresReleased(ItemReleased, MeasuresEvent):
    """The mentee released the answers of one time."""

    type: ClassVar[str] = "sessions.measures_released"


class MeasuresReleaseRevoked(ItemReleaseRevoked, MeasuresEvent):
    """The mentee took a release back."""

    type: ClassVar[str] = "sessions.measures_release_revoked"


class MeasuresRead(ItemRead, MeasuresEvent):
    """Somebody other than the mentee and those who gave the answers read them, for the first time on this day."""

    type: ClassVar[str] = "sessions.measures_read"


class NumbersReleased(MeasuresEvent):
    """The numbers of one time as the leads of the partnership may count them; empty ones take that back.

    `happened_on` is the day on which they were measured.
    """

    type: ClassVar[str] = "sessions.numbers_released"

    relationship_id: UUID
    instrument: str
    role: str
    occasion: Occasion
    numbers: dict[str, float]


class TakeMeasures(Command):
    """Answer an instrument in a role of the programme."""

    series_id: UUID
    relationship: Relationship
    programme: Programme
    author_id: UUID
    role: str
    measures: NewMeasures


class AmendMeasures(Command):
    """Amend the answers of one time, as the person who gave them."""

    relationship: Relationship
    programme: Programme
    measure_id: UUID
    measures: AmendedMeasures


class ReleaseMeasures(ReleaseItem):
    """Release the answers of one time; `numbers` are those among them, decrypted."""

    measure_id: UUID
    numbers: Mapping[str, float]


class RevokeMeasures(RevokeRelease):
    """Take a release of the answers of one time back."""

    measure_id: UUID


class ReadMeasures(ReadItem):
    """Read the answers of every time that the person may read."""

    relationship: Relationship


Commands = TakeMeasures | AmendMeasures | ReleaseMeasures | RevokeMeasures | ReadMeasures
Events = MeasuresTaken | MeasuresReleased | MeasuresReleaseRevoked | MeasuresRead | NumbersReleased


class AlreadyTaken(DomainError):
    """The instrument was answered on that day already."""


class MeasuresAreOver(DomainError):
    """The instrument was answered for the last time."""


@dataclass(frozen=True, slots=True)
class AnswersVersion:
    """A version of the answers of one time, encrypted."""

    version: int
    on: date
    answers: str


@dataclass(frozen=True, slots=True)
class Measures:
    """The answers of one time: when and by whom, their versions, and who reads them."""

    measure_id: UUID
    occasion: Occasion
    taken_on: date
    written_on: date
    author_id: UUID
    mentor_reads: bool
    versions: tuple[AnswersVersion, ...]
    access: Access = PRIVATE


@dataclass(frozen=True, slots=True)
class MeasuresSeries:
    """All answers that somebody in a role gave to an instrument, in the order in which they were given."""

    series_id: UUID
    relationship_id: UUID
    owner_id: UUID
    instrument: str
    role: str
    times: tuple[Measures, ...] = ()

    def find(self, measure_id: UUID) -> Measures:
        """Return the answers of one time; raises `NotFound`."""
        for measures in self.times:
            if measures.measure_id == measure_id:
                return measures
        raise NotFound(MISSING)

    def item_on(self, measures: Measures, day: date, relationship: Relationship) -> Item:
        """Return what decides who reads answers on a day: the mentee, and those to whom the mentee released them.

        Whoever gave them reads them too, and the mentor where the programme says so, for as long as a mentor reads what
        the two wrote.
        """
        others = {measures.author_id} | ({relationship.mentor_id} if measures.mentor_reads else set())
        shared_with = frozenset(others if relationship.mentor_reads_on(day) else ())
        access, on = measures.access, measures.taken_on
        return Item(self.owner_id, access, shared_with, "measures", self.relationship_id, on)

    def readable_by(self, reading: ReadMeasures) -> tuple[Measures, ...]:
        """Return the times that somebody may read."""
        return tuple(
            measures
            for measures in self.times
            if reason_to_read(reading.reader, self.item_on(measures, reading.on, reading.relationship)) is not None
        )


def series_id_of(relationship_id: UUID, instrument: str, role: str) -> UUID:
    """Return the id of the answers that somebody in a role gives to an instrument in a relationship."""
    return uuid5(relationship_id, f"measures {instrument} {role}")


def decide(command: Commands, series: MeasuresSeries | None, now: datetime) -> Sequence[Events]:
    """Take, amend, release and revoke measures, and record who reads them."""
    match command:
        case TakeMeasures():
            return [_take(command, series, now.date())]
        case _ if series is None:
            raise NotFound(MISSING)
        case AmendMeasures():
            return _amend(command, series, now.date())
        case ReadMeasures():
            return _read(command, series)
        case _ if command.owner_id != series.owner_id:
            raise NotFound(MISSING)
        case ReleaseMeasures():
            return _release(command, series)
        case RevokeMeasures():
            return _revoke(command, series)


def _take(command: TakeMeasures, series: MeasuresSeries | None, today: date) -> MeasuresTaken:
    relationship, programme, new = command.relationship, command.programme, command.measures
    instrument = find_instrument(programme, new.instrument)
    relationship.must_cover(new.on)
    relationship.must_be_confidential("/answers")
    times = series.times if series is not None else ()
    return MeasuresTaken(
        happened_on=new.on,
        series_id=command.series_id,
        owner_id=relationship.trainee_id if series is None else series.owner_id,
        measure_id=uuid5(command.series_id, f"{len(times) + 1}"),
        relationship_id=relationship.relationship_id,
        instrument=instrument.id,
        role=command.role,
        author_id=command.author_id,
        occasion=_occasion(instrument, times, new),
        mentor_reads=programme.mentors_role(relationship.role) in form_of(programme, instrument).read_by,
        version_number=1,
        written_on=today,
        answers=write_answers(answers_of(programme, instrument, command.role, new.answers)),
    )


def _occasion(instrument: Instrument, times: Sequence[Measures], new: NewMeasures) -> Occasion:
    """Return which time it is; raises an error for one that the instrument has no more room for."""
    if not times:
        if new.is_end:
            raise Invalid("Take the baseline first.", pointer="/is_end")
        return "baseline"
    last = times[-1]
    if last.occasion == "end":
        raise MeasuresAreOver(
            f"The last measures were taken on {long_date(last.taken_on)}. Amend them if they are wrong."
        )
    if new.on == last.taken_on:
        raise AlreadyTaken(f"The measures of {long_date(new.on)} are taken. Amend them if they are wrong.")
    if new.on < last.taken_on:
        raise Invalid(f"Measures were taken on {long_date(last.taken_on)}; choose a later day.", pointer="/on")
    if new.is_end and not instrument.at_end:
        raise Invalid("This instrument is not answered a last time; leave this out.", pointer="/is_end")
    if not new.is_end and instrument.every_weeks is None:
        raise Invalid("This instrument is answered first and last; say that this is the end.", pointer="/is_end")
    return "end" if new.is_end else "repeat"


def _amend(command: AmendMeasures, series: MeasuresSeries, today: date) -> Sequence[Events]:
    measures, new = series.find(command.measure_id), command.measures
    must_be_amendable(
        command.relationship,
        of=measures.taken_on,
        recorded_on=measures.written_on,
        amended_on=new.amended_on,
        today=today,
        instead="Take the measures again.",
    )
    instrument = find_instrument(command.programme, series.instrument)
    answers = answers_of(command.programme, instrument, series.role, new.answers)
    amended = MeasuresTaken(
        happened_on=measures.taken_on,
        **_names(series, measures),
        relationship_id=series.relationship_id,
        instrument=series.instrument,
        role=series.role,
        author_id=measures.author_id,
        occasion=measures.occasion,
        mentor_reads=measures.mentor_reads,
        version_number=len(measures.versions) + 1,
        written_on=today,
        answers=write_answers(answers),
        amended_on=new.amended_on,
    )
    counts = TO_REPORTS in measures.access.released_to
    return [amended, *([_numbers(series, measures, numbers_in(answers))] if counts else [])]


def _release(command: ReleaseMeasures, series: MeasuresSeries) -> Sequence[Events]:
    measures = series.find(command.measure_id)
    item = Item(series.owner_id, measures.access)
    released = release(MeasuresReleased, command, item, _names(series, measures))
    counts = released and command.release.to == TO_REPORTS
    return [*released, *([_numbers(series, measures, command.numbers)] if counts else [])]


def _revoke(command: RevokeMeasures, series: MeasuresSeries) -> Sequence[Events]:
    measures = series.find(command.measure_id)
    item = Item(series.owner_id, measures.access)
    revoked = revoke(MeasuresReleaseRevoked, command, item, _names(series, measures))
    counted = revoked and command.release.to == TO_REPORTS
    return [*revoked, *([_numbers(series, measures, {})] if counted else [])]


def _read(command: ReadMeasures, series: MeasuresSeries) -> Sequence[MeasuresRead]:
    readable = series.readable_by(command)
    if not readable:
        raise NotFound(MISSING)
    return [
        event
        for measures in readable
        for event in read(
            MeasuresRead,
            command,
            series.item_on(measures, command.on, command.relationship),
            _names(series, measures),
            missing=MISSING,
        )
    ]


def _numbers(series: MeasuresSeries, measures: Measures, numbers: Mapping[str, float]) -> NumbersReleased:
    return NumbersReleased(
        happened_on=measures.taken_on,
        **_names(series, measures),
        relationship_id=series.relationship_id,
        instrument=series.instrument,
        role=series.role,
        occasion=measures.occasion,
        numbers=dict(numbers),
    )


def _names(series: MeasuresSeries, measures: Measures) -> dict[str, UUID]:
    return {"series_id": series.series_id, "owner_id": series.owner_id, "measure_id": measures.measure_id}


def evolve(series: MeasuresSeries | None, event: Events) -> MeasuresSeries | None:
    """Apply an event to the series."""
    match event:
        case MeasuresTaken():
            series = series or MeasuresSeries(
                series_id=event.series_id,
                relationship_id=event.relationship_id,
                owner_id=event.owner_id,
                instrument=event.instrument,
                role=event.role,
            )
            return _with_answers(series, event)
        case MeasuresReleased() | MeasuresReleaseRevoked() | MeasuresRead():
            if series is None:
                return None
            measures = series.find(event.measure_id)
            return _with(series, replace(measures, access=measures.access.after(event)))
        case NumbersReleased():
            return series


def _with_answers(series: MeasuresSeries, event: MeasuresTaken) -> MeasuresSeries:
    version = AnswersVersion(event.version_number, event.amended_on or event.happened_on, event.answers)
    if event.version_number > 1:
        measures = series.find(event.measure_id)
        return _with(series, replace(measures, versions=(*measures.versions, version)))
    measures = Measures(
        measure_id=event.measure_id,
        occasion=event.occasion,
        taken_on=event.happened_on,
        written_on=event.written_on,
        author_id=event.author_id,
        mentor_reads=event.mentor_reads,
        versions=(version,),
    )
    return replace(series, times=(*series.times, measures))


def _with(series: MeasuresSeries, changed: Measures) -> MeasuresSeries:
    times = tuple(changed if each.measure_id == changed.measure_id else each for each in series.times)
    return replace(series, times=times)


MEASURES: Decider[MeasuresSeries | None, Commands, Events] = Decider(
    "measures",
    lambda: None,
    decide,
    evolve,
    (MeasuresTaken, MeasuresReleased, MeasuresReleaseRevoked, MeasuresRead, NumbersReleased),
)
