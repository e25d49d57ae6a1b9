"""Use cases of referral: authorise, load, decide."""

from datetime import date
from uuid import UUID, uuid4

from services.referral import policy
from services.referral.domain.programme import PROGRAMME, Open
from services.referral.domain.referral import REFERRAL, Accept, Countersign, Decline, Purpose, Refer
from services.referral.programmes import templates
from shared.kernel.auth import Principal
from shared.kernel.decider import Invalid
from shared.kernel.unit import Answer, Unit, UseCase


def open_programme(
    who: Principal, *, template: str, title: str | None, academic_year: str, starts_on: date, ends_on: date, on: date
) -> UseCase:
    """Open a programme from a template."""
    policy.may_run_the_partnership(who)
    found = templates().get(template)
    if found is None:
        raise Invalid(f"There is no template {template}; there is {', '.join(templates())}.", pointer="/template")

    async def use_case(unit: Unit) -> Answer:
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


def refer(
    who: Principal,
    *,
    programme_id: UUID,
    trainee_id: UUID,
    purpose: Purpose,
    reasons: tuple[str, ...],
    note: str | None,
    on: date,
) -> UseCase:
    """Refer a trainee to a programme, for reasons that the programme knows."""
    policy.may_refer(who)

    async def use_case(unit: Unit) -> Answer:
        (programme,) = await unit.load(PROGRAMME, programme_id)
        if not programme.open:
            raise Invalid("There is no such programme.", pointer="/programme_id")
        for nth, reason in enumerate(reasons):
            if (purpose, reason) not in programme.reasons:
                agreed = ", ".join(sorted(code for of, code in programme.reasons if of == purpose))
                raise Invalid(f"For {purpose} the programme agreed on: {agreed}.", pointer=f"/reasons/{nth}")
        referral_id = uuid4()
        await unit.decide(
            REFERRAL,
            referral_id,
            Refer(
                referral_id=referral_id,
                programme_id=programme_id,
                trainee_id=trainee_id,
                purpose=purpose,
                reasons=reasons,
                note=note,
                by=who.subject,
                on=on,
            ),
        )
        return {"referral_id": str(referral_id), "status": "referred"}

    return use_case


def countersign(who: Principal, referral_id: UUID, *, on: date) -> UseCase:
    """Stand behind somebody else's referral."""
    policy.may_refer(who)
    return _decided(referral_id, Countersign(by=who.subject, on=on))


def accept(who: Principal, referral_id: UUID, *, on: date) -> UseCase:
    """Take the trainee on."""
    policy.may_run_the_partnership(who)
    return _decided(referral_id, Accept(by=who.subject, on=on))


def decline(who: Principal, referral_id: UUID, *, reason: str, on: date) -> UseCase:
    """Do not take the trainee on."""
    policy.may_run_the_partnership(who)
    return _decided(referral_id, Decline(by=who.subject, on=on, reason=reason))


def _decided(referral_id: UUID, command: Countersign | Accept | Decline) -> UseCase:
    async def use_case(unit: Unit) -> Answer:
        await unit.decide(REFERRAL, referral_id, command)
        (referral,) = await unit.load(REFERRAL, referral_id)
        return {"referral_id": str(referral_id), "status": referral.status}

    return use_case
