"""Use cases of programmes: open one from a template, override single settings for some time."""

from datetime import date
from uuid import UUID, uuid4

from services.referral import policy
from services.referral.domain.fields import Dated
from services.referral.domain.programmes import (
    PROGRAMME,
    Close,
    NewOverride,
    NewProgramme,
    Open,
    Override,
    OverrideSetting,
    Reopen,
)
from services.referral.programmes import templates
from shared.kernel.answers import Answer
from shared.kernel.decider import Invalid
from shared.kernel.principal import Principal
from shared.kernel.unit import Unit, UseCase


class ProgrammeId(Answer):
    """The programme that was opened."""

    programme_id: UUID


class ProgrammeClosure(ProgrammeId):
    """A programme, and the day since which nobody is referred to it; None where people are."""

    closed_on: date | None


class RulesVersion(ProgrammeId):
    """A programme, and the version of its settings after a change."""

    rules_version: int


def open_programme(who: Principal, programme: NewProgramme) -> UseCase[ProgrammeId]:
    """Open a programme from a template."""
    policy.may_run_the_partnership(who)
    template = templates().get(programme.template)
    if template is None:
        listed = ", ".join(templates())
        raise Invalid(f"There is no template {programme.template}; there is {listed}.", pointer="/template")

    async def use_case(unit: Unit) -> ProgrammeId:
        programme_id = uuid4()
        made = {"title": programme.title or template.title, "settings": template.model_dump(mode="json")}
        command = Open(programme_id=programme_id, **programme.model_dump() | made)
        await unit.decide(PROGRAMME, programme_id, command)
        return ProgrammeId(programme_id=programme_id)

    return use_case


def close_programme(who: Principal, programme_id: UUID, step: Dated) -> UseCase[ProgrammeClosure]:
    """Close a programme to new referrals."""
    return _close_or_reopen(who, programme_id, Close(by=who.subject, on=step.on))


def reopen_programme(who: Principal, programme_id: UUID, step: Dated) -> UseCase[ProgrammeClosure]:
    """Open a closed programme again."""
    return _close_or_reopen(who, programme_id, Reopen(by=who.subject, on=step.on))


def _close_or_reopen(who: Principal, programme_id: UUID, command: Close | Reopen) -> UseCase[ProgrammeClosure]:
    policy.may_run_the_partnership(who)

    async def use_case(unit: Unit) -> ProgrammeClosure:
        await unit.decide(PROGRAMME, programme_id, command)
        (programme,) = await unit.load(PROGRAMME, programme_id)
        return ProgrammeClosure(programme_id=programme_id, closed_on=programme.closed_on)

    return use_case


def override_setting(who: Principal, programme_id: UUID, override: NewOverride) -> UseCase[RulesVersion]:
    """Override a setting of a programme between two days."""
    policy.may_run_the_partnership(who)
    command = OverrideSetting(override=Override(**override.model_dump(exclude={"on"})), by=who.subject, on=override.on)

    async def use_case(unit: Unit) -> RulesVersion:
        await unit.decide(PROGRAMME, programme_id, command)
        (programme,) = await unit.load(PROGRAMME, programme_id)
        return RulesVersion(programme_id=programme_id, rules_version=programme.number)

    return use_case
