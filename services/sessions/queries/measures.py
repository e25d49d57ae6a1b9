"""Queries of measures: the instruments of a relationship, when each was answered and is due, without any answer."""

from collections.abc import Iterator, Sequence
from datetime import date
from uuid import UUID

from services.sessions import policy
from services.sessions.domain.instruments import fields_for, next_due
from services.sessions.queries.programmes import find_programme
from services.sessions.queries.relationships import RelationshipSummary, find_to_see
from shared.events.practices import FormField, Instrument
from shared.events.words import Occasion
from shared.kernel.answers import Answer
from shared.kernel.reader import Reader


class TimeOfMeasures(Answer):
    """An instrument was answered on a day; open the series by its id to read the answers, if you may."""

    measure_id: UUID
    series_id: UUID
    role: str
    occasion: Occasion
    on: date
    version: int


class MeasuresDue(Answer):
    """An instrument is to be answered next by somebody in a role, on this day or soon after."""

    role: str
    occasion: Occasion
    on: date


class InstrumentOfRelationship(Answer):
    """An instrument of the programme: when it was answered by whom, and when it is due next.

    `yours` are the questions that the person answers themselves; None for somebody who answers none.
    """

    instrument: Instrument
    times: tuple[TimeOfMeasures, ...]
    due: tuple[MeasuresDue, ...]
    yours: tuple[FormField, ...] | None


async def list_measures(reader: Reader, relationship_id: UUID) -> list[InstrumentOfRelationship]:
    """Return the instruments of a relationship for those who may see it; raises `NotFound`."""
    seen = await find_to_see(reader, relationship_id)
    programme = await find_programme(reader, seen.relationship.programme_id)
    rows = await reader.connection.fetch(_TIMES, relationship_id)
    found = []
    for instrument in programme.practice.instruments:
        times = tuple(TimeOfMeasures.model_validate(dict(row)) for row in rows if row["instrument"] == instrument.id)
        role = policy.measuring_role(seen.who, seen.relationship, programme, instrument, seen.assigned)
        found.append(
            InstrumentOfRelationship(
                instrument=instrument,
                times=times,
                due=tuple(_due(instrument, times, seen.relationship)),
                yours=None if role is None else fields_for(programme, instrument, role),
            )
        )
    return found


def _due(
    instrument: Instrument, times: Sequence[TimeOfMeasures], relationship: RelationshipSummary
) -> Iterator[MeasuresDue]:
    """Yield when each role is to answer next; nothing where the mentoring ended early."""
    for role in instrument.by if relationship.ended_because is None else ():
        answered = [(each.occasion, each.on) for each in times if each.role == role]
        due = next_due(instrument, answered, relationship.starts_on, relationship.ends_on)
        if due is not None:
            yield MeasuresDue(role=role, occasion=due.occasion, on=due.on)


_TIMES = """
    select measure_id, series_id, instrument, role, occasion, taken_on as "on", version from measures
    where relationship_id = $1 order by taken_on, measure_id"""
