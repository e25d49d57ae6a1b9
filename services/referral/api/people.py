"""Routes of people: who there is, mentors, mentees, where a trainee stands, merging, undoing and erasing."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AfterValidator, Field

from services.referral import policy
from services.referral.api.words import URN, AfterId, Body, Dated, Limit
from services.referral.commands import mentors
from services.referral.commands import people as commands
from services.referral.domain.people import Kind as PersonKind
from services.referral.domain.profiles import MentorSchools
from services.referral.domain.training_statuses import FutureInterest, Trigger
from services.referral.queries import people as queries
from shared.events.words import Facet, LoadKind, MenteeKind, RelationKind, RoleKind, YearGroup
from shared.kernel.decider import Invalid
from shared.kernel.http.context import CallerDep, ReaderDep

router = APIRouter(tags=["people"])

MOST_NAMES = 200
"""Ids that one question after names may have: they all go into the address."""


def _said(text: str) -> str:
    if not (plain := " ".join(text.split())):
        raise ValueError("This is needed.")
    return plain


Words = Annotated[str, Field(max_length=200), AfterValidator(_said)]
Hours = Annotated[float, Field(ge=0, le=40, allow_inf_nan=False)]


class NewMentee(Body):
    """Somebody at a school who can be mentored and is no trainee; a pupil has a year group."""

    reference: Words
    given_name: Words
    family_name: Words
    email: str | None = Field(default=None, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=200)
    kind: MenteeKind
    school_urn: str = Field(pattern=URN, examples=["100001"])
    year_group: YearGroup | None = None
    on: date


class Available(Body):
    """From one day to another, both included."""

    starts_on: date
    ends_on: date


class MentorTerms(Dated):
    """What a mentor can be asked for, all of it; `load` is hours a week that they give already."""

    role_kinds: tuple[RoleKind, ...] = Field(min_length=1, max_length=10)
    facets: tuple[Facet, ...] = Field(default=(), max_length=10)
    load: dict[LoadKind, Hours] = Field(default_factory=dict)
    available: tuple[Available, ...] = Field(default=(), max_length=20)


class RelationTo(Dated):
    """How a mentor stands to somebody."""

    other_id: UUID
    kind: RelationKind


class NewTraining(Dated):
    """Training that a mentor had, with a provider by its DfE code."""

    provider: str = Field(pattern=r"^[A-Z0-9]{3}$", examples=["1AB"])
    hours: float = Field(gt=0, le=200, allow_inf_nan=False)


class Merging(Dated):
    """The record that stands for both."""

    into: UUID


class Deferral(Dated):
    """That training rests from a day on."""

    expected_back_on: date | None = None
    reason: str | None = Field(default=None, min_length=1, max_length=2000)


class Leaving(Dated):
    """That a trainee left, in the words of DfE's Register trainee teachers."""

    trigger: Trigger
    reasons: tuple[str, ...] = Field(min_length=1, max_length=10)
    future_interest: FutureInterest


@router.get("/people")
async def list_people(
    reader: ReaderDep, kind: PersonKind | None = None, after: AfterId = None, limit: Limit = 100
) -> list[dict[str, Any]]:
    """People by name, a page at a time; a school's lead sees the school's mentors and mentees."""
    policy.may_oversee(reader.who)
    return await queries.people(reader, kind=kind, schools=policy.schools_seen(reader.who), after=after, limit=limit)


@router.get("/names")
async def list_names(
    reader: ReaderDep, ids: Annotated[str, Query(description="Ids of people, at most 200, with commas between them.")]
) -> dict[str, str]:
    """What people are called by id, for whoever reads another service's answer: those of them that a lead may see.

    An id that a merged record had is answered as well; one that nobody has, or that was erased, is left out.
    """
    policy.may_oversee(reader.who)
    return await queries.names(reader, _ids(ids), schools=policy.schools_seen(reader.who))


def _ids(said: str) -> list[UUID]:
    try:
        ids = [UUID(one) for one in said.split(",")]
    except ValueError:
        raise Invalid("Give the ids of people, with commas between them.", pointer="query:ids") from None
    if len(ids) > MOST_NAMES:
        raise Invalid(f"Ask for at most {MOST_NAMES} names at once.", pointer="query:ids")
    return ids


@router.get("/people/{person_id}")
async def show_person(person_id: UUID, reader: ReaderDep) -> dict[str, Any]:
    """One person, under any id that they had: for leads, and for the person."""
    return await queries.person(reader, person_id, schools=policy.schools_seen(reader.who))


@router.get("/people/{person_id}/history")
async def show_person_history(person_id: UUID, reader: ReaderDep) -> list[dict[str, Any]]:
    """What was recorded of a person: each fact with the day on which it took effect and the time it was recorded."""
    found = await queries.person(reader, person_id, schools=policy.schools_seen(reader.who))
    return await queries.person_history(reader, found["person_id"])


@router.post("/mentees", status_code=201)
async def register_mentee(body: NewMentee, caller: CallerDep) -> dict[str, Any]:
    """Record a teacher, pupil or parent who can be mentored."""
    return await caller.run(commands.register_mentee(caller.who, **body.model_dump()))


@router.post("/people/{person_id}/mentoring")
async def declare_mentoring(person_id: UUID, body: MentorTerms, caller: CallerDep) -> dict[str, Any]:
    """Say what a mentor can be asked for: role kinds, facets, hours given already, availability."""
    said = body.model_dump(exclude={"available"})
    available = [(one.starts_on, one.ends_on) for one in body.available]
    return await caller.run(mentors.declare(caller.who, person_id, available=available, **said))


@router.put("/people/{person_id}/schools")
async def set_schools(person_id: UUID, body: MentorSchools, caller: CallerDep) -> mentors.SchoolsSet:
    """Set all schools that a mentor is at, each with the days between which they are there."""
    return await caller.run(mentors.set_schools(caller.who, person_id, body), mentors.SchoolsSet)


@router.post("/people/{person_id}/relations")
async def relate(person_id: UUID, body: RelationTo, caller: CallerDep) -> dict[str, Any]:
    """Say how a mentor stands to somebody, which may keep the two from being paired."""
    return await caller.run(mentors.say_related(caller.who, person_id, ended=False, **body.model_dump()))


@router.post("/people/{person_id}/relations/end")
async def end_relation(person_id: UUID, body: RelationTo, caller: CallerDep) -> dict[str, Any]:
    """Say that a mentor no longer stands so to somebody."""
    return await caller.run(mentors.say_related(caller.who, person_id, ended=True, **body.model_dump()))


@router.post("/people/{person_id}/training", status_code=201)
async def log_training(person_id: UUID, body: NewTraining, caller: CallerDep) -> dict[str, Any]:
    """Log training of a mentor; what of it can be claimed is judged by the rule of its day."""
    return await caller.run(mentors.log_training(caller.who, person_id, **body.model_dump()))


@router.post("/people/{person_id}/deferral")
async def defer(person_id: UUID, body: Deferral, caller: CallerDep) -> dict[str, Any]:
    """Let a trainee's training rest."""
    return await caller.run(commands.defer(caller.who, person_id, **body.model_dump()))


@router.post("/people/{person_id}/return")
async def come_back(person_id: UUID, body: Dated, caller: CallerDep) -> dict[str, Any]:
    """Take up training again after a deferral."""
    return await caller.run(commands.come_back(caller.who, person_id, on=body.on))


@router.post("/people/{person_id}/withdrawal")
async def withdraw_trainee(person_id: UUID, body: Leaving, caller: CallerDep) -> dict[str, Any]:
    """Record that a trainee left, and why."""
    return await caller.run(commands.withdraw(caller.who, person_id, **body.model_dump()))


@router.post("/people/{person_id}/reinstatement")
async def reinstate(person_id: UUID, body: Dated, caller: CallerDep) -> dict[str, Any]:
    """Take back a trainee who had withdrawn."""
    return await caller.run(commands.reinstate(caller.who, person_id, on=body.on))


@router.post("/people/{person_id}/merge")
async def merge_people(person_id: UUID, body: Merging, caller: CallerDep) -> dict[str, Any]:
    """Let another record of the same person stand for this one, here and in every other service."""
    return await caller.run(commands.merge(caller.who, person_id, into=body.into, on=body.on))


@router.post("/people/{person_id}/undo")
async def undo_registration(person_id: UUID, body: Dated, caller: CallerDep) -> dict[str, Any]:
    """Take a mistaken record back; refused once anything was built on it."""
    return await caller.run(commands.undo_registration(caller.who, person_id, on=body.on))


@router.post("/people/{person_id}/erasure")
async def erase(person_id: UUID, body: Dated, caller: CallerDep) -> dict[str, Any]:
    """Forget a person for good, here and in every other service. Waiting files that may name them are destroyed too."""
    return await caller.run(commands.erase(caller.who, person_id, on=body.on))
