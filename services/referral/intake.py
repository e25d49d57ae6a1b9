"""Rows of an import file to decisions on schools, people and offers, each refusal an error of one cell.

A dry run and a confirmation do the same here; what differs is whether the unit's events are appended.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar
from uuid import UUID

from services.referral.domain.file_import import Effect, Kind
from services.referral.domain.offer import OFFER, RecordOffer, offer_id
from services.referral.domain.person import (
    PERSON,
    Identity,
    MentorProfile,
    RecordPerson,
    TraineeProfile,
    near_home,
    person_id,
)
from services.referral.domain.person import Commands as PersonCommands
from services.referral.domain.school import SCHOOL, RecordSchool, RegisterRow
from services.referral.files.gias import SchoolRow, read_schools
from services.referral.files.offers import OfferRow, read_offers
from services.referral.files.people import MentorRow, TraineeRow, read_mentors, read_trainees
from services.referral.files.rows import Checked, Row
from services.referral.files.table import CellError, FileError
from shared.kernel.decider import Command, Decider, DomainError, Event
from shared.kernel.postgres import name_tenants
from shared.kernel.postgres.store import behind
from shared.kernel.problems import kebab
from shared.kernel.unit import Unit

S = TypeVar("S")
C = TypeVar("C", bound=Command)
E = TypeVar("E", bound=Event)
RowT = TypeVar("RowT", bound=Row)
AtSchool = TypeVar("AtSchool", MentorRow, OfferRow)

MOST_ERRORS = 10_000
"""A file with more errors than this is the wrong file, and nobody reads them one by one."""


UNKNOWN_SCHOOL = "No school with this URN is recorded. Correct the URN, or import the schools first."


class UnreadableFile(DomainError):
    """The file is no table of its kind, so that there is nothing to keep for a confirmation."""

    status = 422


@dataclass(frozen=True, slots=True)
class Taken:
    """What rows did to a unit, and the errors of those that could not be taken."""

    effect: Effect
    errors: list[CellError]


@dataclass(frozen=True, slots=True)
class Intake(Generic[RowT]):
    """How one kind of file is read, and how its good rows are decided."""

    rows: Callable[[bytes], Checked[RowT]]
    take: Callable[[Unit, Sequence[RowT], date], Awaitable[Taken]]

    def read(self, content: bytes) -> Checked[RowT]:
        """The file's rows, each good or with its errors; raises `UnreadableFile`."""
        try:
            checked = self.rows(content)
        except FileError as error:
            raise UnreadableFile(str(error), errors=told(error.errors)) from None
        if len(checked.errors) > MOST_ERRORS:
            raise UnreadableFile(
                f"This file has more than {MOST_ERRORS:,} errors; the first are listed. Is it the right file?",
                errors=told(checked.errors[:100]),
            )
        return checked


def told(errors: Iterable[CellError]) -> list[dict[str, Any]]:
    """Errors as JSON; what is wrong with a whole row or file has no column."""
    return [
        {"line": error.line, "column": error.column, "code": error.code, "message": error.message} for error in errors
    ]


@dataclass(frozen=True, slots=True)
class _Asked(Generic[C]):
    """What a row asks of an aggregate; `column` is the cell to blame when it is refused."""

    line: int
    column: str
    key: object
    command: C


async def _decide(unit: Unit, decider: Decider[S, C, E], asked: Sequence[_Asked[C]]) -> Taken:
    states = await unit.load(decider, *(one.key for one in asked))
    effect: Counter[str] = Counter()
    errors = []
    for one, before in zip(asked, states, strict=True):
        try:
            events = await unit.decide(decider, one.key, one.command)
        except DomainError as refusal:
            code = kebab(type(refusal).__name__).replace("-", "_")
            errors.append(CellError(one.line, one.column, code, refusal.detail))
        else:
            effect["unchanged" if not events else "new" if before == decider.initial() else "changed"] += 1
    return Taken(Effect(**effect), errors)


async def _take_schools(unit: Unit, rows: Sequence[SchoolRow], on: date) -> Taken:
    asked = [_Asked(row.line, "URN", row.urn, RecordSchool(urn=row.urn, row=_register(row), on=on)) for row in rows]
    return await _decide(unit, SCHOOL, asked)


def _register(row: SchoolRow) -> RegisterRow:
    said = row.model_dump(include=set(RegisterRow.model_fields))
    return RegisterRow.model_validate(said | {"phases": sorted(row.phases)})


async def _take_offers(unit: Unit, rows: Sequence[OfferRow], on: date) -> Taken:
    rows, unknown = await _at_recorded_schools(unit, rows)
    asked = []
    for row in rows:
        key = offer_id(unit.tenant, row.school_urn, row.subject, row.phase, row.starts_on)
        said = row.model_dump(exclude={"line", "academic_year"})
        asked.append(_Asked(row.line, "ends_on", key, RecordOffer(offer_id=key, on=on, **said)))
    return _with(unknown, await _decide(unit, OFFER, asked))


async def _take_mentors(unit: Unit, rows: Sequence[MentorRow], on: date) -> Taken:
    rows, unknown = await _at_recorded_schools(unit, rows)
    people = [(row, person_id(unit.tenant, "mentor", row.staff_reference)) for row in rows]
    on_record = await _on_record(unit, [key for _, key in people])
    asked: list[_Asked[PersonCommands]] = []
    for row, key in people:
        profile = MentorProfile(
            school_urn=row.school_urn,
            subjects=row.subjects,
            phases=tuple(sorted(row.phases)),
            capacity_hours=float(row.capacity_hours_per_week),
            role=row.role,
            trained_on=row.trained_on,
        )
        command = RecordPerson(
            person_id=key,
            identity=_identity(row.staff_reference, row),
            on_record=on_record[key],
            profile=profile,
            on=on,
        )
        asked.append(_Asked(row.line, "staff_reference", key, command))
    return _with(unknown, await _decide(unit, PERSON, asked))


async def _take_trainees(unit: Unit, rows: Sequence[TraineeRow], on: date) -> Taken:
    people = [(row, person_id(unit.tenant, "trainee", row.provider_trainee_id)) for row in rows]
    on_record = await _on_record(unit, [key for _, key in people])
    asked: list[_Asked[PersonCommands]] = []
    for row, key in people:
        said = row.model_dump(include=set(TraineeProfile.model_fields))
        home = {"home_easting": near_home(row.home_easting), "home_northing": near_home(row.home_northing)}
        command = RecordPerson(
            person_id=key,
            identity=_identity(row.provider_trainee_id, row),
            on_record=on_record[key],
            profile=TraineeProfile.model_validate(said | home),
            on=on,
        )
        asked.append(_Asked(row.line, "provider_trainee_id", key, command))
    return await _decide(unit, PERSON, asked)


def _identity(reference: str, row: MentorRow | TraineeRow) -> Identity:
    return Identity(
        reference=reference, given_name=row.given_name, family_name=row.family_name, email=row.email, trn=row.trn
    )


async def _on_record(unit: Unit, keys: Sequence[UUID]) -> dict[UUID, Identity | None]:
    """Who these people are as recorded, opened, so that a decision can see whether it has changed."""
    sealed = {
        key: dict(person.identity) if person.identity else None
        for key, person in zip(keys, await unit.load(PERSON, *keys), strict=True)
    }
    connection, keyring = behind(unit.reads)
    async with connection.transaction():
        await name_tenants(connection, [unit.tenant])
        texts = [text for identity in sealed.values() if identity for text in identity.values()]
        opened = await keyring.open(connection, unit.tenant, texts)
    return {
        key: Identity(**{name: opened.get(text, text) for name, text in identity.items()}) if identity else None
        for key, identity in sealed.items()
    }


async def _at_recorded_schools(unit: Unit, rows: Sequence[AtSchool]) -> tuple[Sequence[AtSchool], list[CellError]]:
    """The rows whose school is recorded, and an error for each other one."""
    urns = list(dict.fromkeys(row.school_urn for row in rows))
    schools = await unit.load(SCHOOL, *urns)
    recorded = {urn for urn, school in zip(urns, schools, strict=True) if school.row is not None}
    unknown = [
        CellError(row.line, "school_urn", "unknown_school", UNKNOWN_SCHOOL)
        for row in rows
        if row.school_urn not in recorded
    ]
    return [row for row in rows if row.school_urn in recorded], unknown


def _with(errors: list[CellError], taken: Taken) -> Taken:
    return Taken(taken.effect, sorted([*errors, *taken.errors], key=lambda error: error.line))


INTAKES: Mapping[Kind, Intake[Any]] = {
    "schools": Intake(read_schools, _take_schools),
    "mentors": Intake(read_mentors, _take_mentors),
    "trainees": Intake(read_trainees, _take_trainees),
    "offers": Intake(read_offers, _take_offers),
}
