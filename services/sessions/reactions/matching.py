"""What follows from matching's events: relationships open, and end."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from services.sessions.commands.hosts import host_of
from services.sessions.commands.merges import kept_record
from services.sessions.domain.hosts import HOST, Take
from services.sessions.domain.relationships import (
    RELATIONSHIP,
    End,
    Open,
)
from services.sessions.domain.trainees import TRAINEE, Join
from shared.events.matching import PairConfirmed, PairWithdrawn, SupportConfirmed, SupportEnded
from shared.kernel.unit import Unit


async def on_pair_confirmed(unit: Unit, event: PairConfirmed) -> None:
    """Open the pair's relationship, and note with the trainee who mentors them, in one append."""
    terms = event.model_dump(include=set(_TERMS) | {"mentor_hours_per_week"})
    await _open(unit, event.pair_id, event.trainee_id, event.mentor_id, terms, event.happened_on)


async def on_support_confirmed(unit: Unit, event: SupportConfirmed) -> None:
    """Open a relationship of its own role, whoever else mentors the mentee; nobody in it assesses them either."""
    terms = event.model_dump(include=set(_TERMS) | {"role"}) | {"mentor_hours_per_week": event.hours_per_week}
    await _open(unit, event.support_id, event.mentee_id, event.mentor_id, terms, event.happened_on)


async def on_support_ended(unit: Unit, event: SupportEnded) -> None:
    """End its relationship on its last day."""
    await unit.decide(RELATIONSHIP, event.support_id, End(reason="ended_by_them", on=event.happened_on))


_TERMS = (
    "programme_id",
    "school_urn",
    "starts_on",
    "ends_on",
    "meetings_per_week",
    "targets_per_meeting",
    "assessor_is_not_mentor",
)


async def _open(unit: Unit, id_: UUID, of: UUID, by: UUID, terms: Mapping[str, Any], on: date) -> None:
    trainee_id, mentor_id = [await kept_record(unit, each) for each in (of, by)]
    school_urn = await host_of(unit, terms["school_urn"])
    await unit.decide(HOST, school_urn, Take(urn=school_urn, relationship_id=id_, on=on))
    people = {"relationship_id": id_, "trainee_id": trainee_id, "mentor_id": mentor_id}
    await unit.decide(RELATIONSHIP, id_, Open.model_validate({**terms, **people, "school_urn": school_urn, "on": on}))
    apart = terms["assessor_is_not_mentor"]
    await unit.decide(TRAINEE, trainee_id, Join(**people, assessor_is_not_mentor=apart, on=on))


async def on_pair_withdrawn(unit: Unit, event: PairWithdrawn) -> None:
    """End the relationship of a pair that was confirmed; of one that was not there is none."""
    await unit.decide(RELATIONSHIP, event.pair_id, End(reason=event.reason, on=event.happened_on))
