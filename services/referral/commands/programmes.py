"""Use cases of programmes: open one from a template, set single things otherwise for some time."""

from datetime import date
from uuid import UUID, uuid4

from pydantic import JsonValue

from services.referral import policy
from services.referral.domain.programmes import PROGRAMME, Open, Override, OverrideSetting
from services.referral.programmes import templates
from shared.kernel.decider import Invalid
from shared.kernel.principal import Principal
from shared.kernel.unit import JsonAnswer, Unit, UseCase


def open_programme(
    who: Principal, *, template: str, title: str | None, academic_year: str, starts_on: date, ends_on: date, on: date
) -> UseCase[JsonAnswer]:
    """Open a programme from a template."""
    policy.may_run_the_partnership(who)
    found = templates().get(template)
    if found is None:
        raise Invalid(f"There is no template {template}; there is {', '.join(templates())}.", pointer="/template")

    async def use_case(unit: Unit) -> JsonAnswer:
        programme_id = uuid4()
        await unit.decide(
            PROGRAMME,
            programme_id,
            Open(
                programme_id=programme_id,
                template=found.id,
                title=title or found.title,
                academic_year=academic_year,
                starts_on=starts_on,
                ends_on=ends_on,
                settings=found.model_dump(mode="json"),
                on=on,
            ),
        )
        return {"programme_id": str(programme_id)}

    return use_case


def override_setting(
    who: Principal,
    programme_id: UUID,
    *,
    setting: str,
    value: JsonValue,
    effective_from: date,
    effective_to: date | None,
    on: date,
) -> UseCase[JsonAnswer]:
    """Set one thing of a programme otherwise between two days."""
    policy.may_run_the_partnership(who)
    override = Override(setting=setting, value=value, effective_from=effective_from, effective_to=effective_to)

    async def use_case(unit: Unit) -> JsonAnswer:
        await unit.decide(PROGRAMME, programme_id, OverrideSetting(override=override, by=who.subject, on=on))
        (programme,) = await unit.load(PROGRAMME, programme_id)
        return {"programme_id": str(programme_id), "rules_version": programme.number}

    return use_case
