"""Use cases of referrals: refer, countersign, consent, accept, decline, redirect, withdraw."""

from datetime import date
from uuid import UUID, uuid4

from services.referral import policy
from services.referral.commands.merged_records import as_kept, engage, kept
from services.referral.domain.people import PERSON, Person, refusal
from services.referral.domain.programmes import PROGRAMME
from services.referral.domain.referrals import (
    REFERRAL,
    Accept,
    Countersign,
    Decline,
    GiveConsent,
    Redirect,
    Refer,
    Referral,
    RefuseConsent,
    Rehome,
    Steps,
    Withdraw,
)
from services.referral.domain.templates import Template
from services.referral.domain.training_statuses import STANDING
from shared.events.words import Priority, Purpose
from shared.kernel.decider import Invalid, NotFound
from shared.kernel.principal import Principal
from shared.kernel.unit import JsonAnswer, Unit, UseCase


def refer(
    who: Principal,
    *,
    programme_id: UUID,
    trainee_id: UUID,
    purpose: Purpose,
    reasons: tuple[str, ...],
    note: str | None,
    on: date,
    priority: Priority = "usual",
) -> UseCase[JsonAnswer]:
    """Refer a trainee to a programme, for reasons that the programme knows on that day."""
    policy.may_refer(who)

    async def use_case(unit: Unit) -> JsonAnswer:
        asked = Refer(
            referral_id=uuid4(),
            programme_id=programme_id,
            trainee_id=trainee_id,
            purpose=purpose,
            reasons=reasons,
            note=note,
            priority=priority,
            by=who.subject,
            on=on,
        )
        await _refer(unit, asked)
        return {"referral_id": str(asked.referral_id), "status": "referred"}

    return use_case


async def _refer(unit: Unit, asked: Refer, *, programme_at: str = "/programme_id") -> None:
    """Make a referral by the settings of its programme and day, and note that it rests on the person's record."""
    (programme,) = await unit.load(PROGRAMME, asked.programme_id)
    if not programme.open:
        raise Invalid("There is no such programme.", pointer=programme_at)
    settings = programme.settings_on(asked.on)
    agreed = settings.agreed(asked.purpose)
    for nth, reason in enumerate(asked.reasons):
        if reason not in agreed:
            said = f"For {asked.purpose} the programme agreed on: {', '.join(sorted(agreed)) or 'nothing'}."
            raise Invalid(said, pointer=f"/reasons/{nth}")
    await _must_be_one_of(unit, settings, asked.trainee_id)
    by_the_rules = {
        "rules_version": programme.number,
        "countersignature": settings.countersignature,
        "consent": settings.consent,
    }
    await unit.decide(REFERRAL, asked.referral_id, asked.model_copy(update=by_the_rules))
    await engage(unit, asked.trainee_id, by="referral", on=asked.on)


async def _must_be_one_of(unit: Unit, settings: Template, trainee_id: UUID) -> None:
    (person,) = await unit.load(PERSON, trainee_id)
    if person.status in ("erased", "merged"):
        raise refusal(person, pointer="/trainee_id")
    if person.status != "recorded" or person.kind not in settings.mentees:
        raise Invalid(f"There is no such {' or '.join(settings.mentees)}.", pointer="/trainee_id")
    (standing,) = await unit.load(STANDING, trainee_id)
    if standing.stands == "withdrawn":
        raise Invalid(f"This trainee withdrew on {standing.since}.", pointer="/trainee_id")


def countersign(who: Principal, referral_id: UUID, *, on: date) -> UseCase[JsonAnswer]:
    """Stand behind somebody else's referral."""
    policy.may_refer(who)
    return _decided(referral_id, Countersign(by=who.subject, on=on))


def accept(
    who: Principal, referral_id: UUID, *, priority: Priority | None, mentor_hours_per_week: float | None, on: date
) -> UseCase[JsonAnswer]:
    """Take the trainee on, with another priority or other hours of a mentor where that is decided."""
    policy.may_run_the_partnership(who)
    step = Accept(by=who.subject, on=on, priority=priority, mentor_hours_per_week=mentor_hours_per_week)
    return _decided(referral_id, step)


def decline(who: Principal, referral_id: UUID, *, reason: str, on: date) -> UseCase[JsonAnswer]:
    """Do not take the trainee on."""
    policy.may_run_the_partnership(who)
    return _decided(referral_id, Decline(by=who.subject, on=on, reason=reason))


def consent(who: Principal, referral_id: UUID, *, given: bool, on: date) -> UseCase[JsonAnswer]:
    """Pass on what whoever the programme asks said; a parent's word comes by those who refer."""
    step = GiveConsent(by=who.subject, on=on) if given else RefuseConsent(by=who.subject, on=on)

    async def use_case(unit: Unit) -> JsonAnswer:
        referral = await _found(unit, referral_id)
        whose, _ = await kept(unit, _trainee(referral))
        policy.may_pass_consent(await as_kept(unit, who), asked=referral.consent, trainee_id=str(whose))
        return await _step(unit, referral_id, step)

    return use_case


def withdraw(who: Principal, referral_id: UUID, *, reason: str | None, on: date) -> UseCase[JsonAnswer]:
    """Take a referral back: for its referrer, its trainee and the partnership lead."""

    async def use_case(unit: Unit) -> JsonAnswer:
        referral = await _found(unit, referral_id)
        whose, _ = await kept(unit, _trainee(referral))
        policy.may_take_back(await as_kept(unit, who), referred_by=referral.referred_by, trainee_id=str(whose))
        return await _step(unit, referral_id, Withdraw(by=who.subject, on=on, reason=reason))

    return use_case


def redirect(
    who: Principal,
    referral_id: UUID,
    *,
    to_programme_id: UUID | None,
    purpose: Purpose | None,
    reasons: tuple[str, ...],
    to_role: str | None,
    reason: str,
    on: date,
) -> UseCase[JsonAnswer]:
    """Send a trainee on: to another programme, where a referral for its own reasons is made, or to a role."""
    policy.may_run_the_partnership(who)

    async def use_case(unit: Unit) -> JsonAnswer:
        referral = await _found(unit, referral_id)
        to_referral_id = uuid4() if to_programme_id is not None else None
        step = Redirect(
            to_programme_id=to_programme_id,
            to_referral_id=to_referral_id,
            to_role=to_role,
            reason=reason,
            by=who.subject,
            on=on,
        )
        answer = await _step(unit, referral_id, step)
        if to_role is not None:
            await _must_be_named(unit, referral, to_role, on)
        if to_programme_id is None or to_referral_id is None:
            return answer
        if to_programme_id == referral.programme_id:
            raise Invalid("The trainee was referred to this programme.", pointer="/to_programme_id")
        trainee_id, _ = await kept(unit, _trainee(referral))
        asked = Refer(
            referral_id=to_referral_id,
            programme_id=to_programme_id,
            trainee_id=trainee_id,
            purpose=purpose or referral.purpose,
            reasons=reasons,
            note=None,
            priority=referral.priority,
            redirected_from=referral_id,
            by=who.subject,
            on=on,
        )
        await _refer(unit, asked, programme_at="/to_programme_id")
        return {**answer, "to_referral_id": str(to_referral_id)}

    return use_case


async def _must_be_named(unit: Unit, referral: Referral, role: str, on: date) -> None:
    (programme,) = await unit.load(PROGRAMME, referral.programme_id)
    known = programme.settings_on(on).redirects_to
    if role not in known:
        raise Invalid(f"This programme sends people on to: {', '.join(known) or 'nobody'}.", pointer="/to_role")


def _trainee(referral: Referral) -> UUID:
    assert referral.trainee_id is not None
    return referral.trainee_id


async def _found(unit: Unit, referral_id: UUID) -> Referral:
    (referral,) = await unit.load(REFERRAL, referral_id)
    if referral.status == "none":
        raise NotFound("There is no such referral.")
    return referral


def _decided(referral_id: UUID, step: Steps) -> UseCase[JsonAnswer]:
    async def use_case(unit: Unit) -> JsonAnswer:
        return await _step(unit, referral_id, step)

    return use_case


async def _step(unit: Unit, referral_id: UUID, step: Steps) -> JsonAnswer:
    """Decide a step; the referral of a merged record becomes that of the record which stands for it first."""
    (referral,) = await unit.load(REFERRAL, referral_id)
    if referral.trainee_id is not None:
        trainee_id, person = await kept(unit, referral.trainee_id)
        _must_stand(person)
        if trainee_id != referral.trainee_id:
            await unit.decide(REFERRAL, referral_id, Rehome(trainee_id=trainee_id, by=step.by, on=step.on))
    await unit.decide(REFERRAL, referral_id, step)
    (referral,) = await unit.load(REFERRAL, referral_id)
    return {"referral_id": str(referral_id), "status": referral.status}


def _must_stand(person: Person) -> None:
    if person.status == "erased":
        raise refusal(person)
