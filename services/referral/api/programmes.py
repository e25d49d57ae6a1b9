"""Routes of programmes, templates and the rulebook."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field, JsonValue

from services.referral.api.words import ACADEMIC_YEAR, Body
from services.referral.commands import programmes as commands
from services.referral.domain.templates import Template
from services.referral.programmes import templates
from services.referral.queries import programmes as queries
from shared.kernel.http.context import CallerDep, PrincipalDep, ReaderDep
from shared.rulebook import Rule, rules

router = APIRouter(tags=["programmes"])


class NewProgramme(Body):
    """A programme to open; without a title it has the template's."""

    template: str
    title: str | None = Field(default=None, min_length=1, max_length=200)
    academic_year: str = Field(pattern=ACADEMIC_YEAR, examples=["2026/27"])
    starts_on: date
    ends_on: date
    on: date


class NewOverride(Body):
    """One setting, by its dotted path, that is otherwise from one day to another; without a last day it stays so."""

    setting: str = Field(min_length=1, max_length=100, examples=["mentoring.hours_per_trainee_week"])
    value: JsonValue
    effective_from: date
    effective_to: date | None = None
    on: date


@router.get("/programme-templates")
async def list_templates(_: PrincipalDep) -> list[Template]:
    """Every template that a programme can be opened from."""
    return list(templates().values())


@router.get("/rules")
async def list_rules(
    _: PrincipalDep,
    on: Annotated[date, Query(description="The day whose rules are asked for.")],
    route: Annotated[str | None, Query(max_length=100, description="A training route; every rule without it.")] = None,
) -> list[Rule]:
    """The numbers of regulation that hold on a day, each with its source."""
    return [rule for rule in rules() if rule.stands_on(on) and (route is None or rule.route in (None, route))]


@router.post("/programmes", status_code=201)
async def open_programme(body: NewProgramme, caller: CallerDep) -> dict[str, Any]:
    """Open a programme from a template."""
    return await caller.run(commands.open_programme(caller.who, **body.model_dump()))


@router.get("/programmes")
async def list_programmes(reader: ReaderDep) -> list[dict[str, Any]]:
    """Every programme of the partnership."""
    return await queries.programmes(reader)


@router.get("/programmes/{programme_id}")
async def show_programme(
    programme_id: UUID,
    reader: ReaderDep,
    on: Annotated[date | None, Query(description="Today where it is left out.")] = None,
) -> dict[str, Any]:
    """One programme, with its settings of a day and what of them the partnership set otherwise, when."""
    return await queries.programme(reader, programme_id, on=on)


@router.post("/programmes/{programme_id}/overrides", status_code=201)
async def override_setting(programme_id: UUID, body: NewOverride, caller: CallerDep) -> dict[str, Any]:
    """Set one thing of a programme otherwise between two days; said later goes before said earlier."""
    return await caller.run(commands.override_setting(caller.who, programme_id, **body.model_dump()))
