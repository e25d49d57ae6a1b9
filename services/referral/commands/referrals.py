"""Use cases of referrals: refer, countersign, consent, accept, decline, redirect, withdraw."""

from collections.abc import Awaitable, Callable
from datetime import date
from uuid import UUID, uuid4

from services.referral import policy
from services.referral.commands.merged_records import kept_record, kept_subject, with_kept_id
from services.referral.domain.fields import Dated
from services.referral.domain.people import PERSON, refusal
from services.referral.domain.programmes import PROGRAMME
from services.referral.domain.referrals import (
    REFERRAL,
    Accept,
    Acceptance,
    ConsentAnswer,
    Countersign,
    Decline,
    GiveConsent,
    ManyReferrals,
    NewReferral,
    OptionalReason,
    Reason,
    Redirect,
    Redirection,
    Refer,
    Referral,
    ReferralRedirected,
    ReferralWithdrawn,
    RefuseConsent,
    Rehome,
    ReverseStep,
    Status,
    Steps,
    StepToReverse,
    Withdraw,
)
from services.referral.imports.recording.referrals import OPEN, refuse_second_referral
from services.referral.imports.recording.referrals import refer as record_referral
from shared.kernel.answers import Answer
from shared.kernel.decider import DomainError, Invalid, NotFound
from shared.kernel.postgres.store import open_texts
from shared.kernel.principal import Principal
from shared.kernel.unit import Unit, UseCase
from shared.wording import counted_noun


class ReferralStatus(Answer):
    """The status of a referral after a step, and the referral that it led to."""

    referral_id: UUID
    status: Status
    to_referral_id: UUID | None = None


class ReferralsTaken(Answer):
    """How many referrals a step was taken of."""

    referrals: int


class SomeRefused(DomainError):
    """Some of many referrals were refused, and so all of them."""


def refer(who: Principal, referral: NewReferral) -> UseCase[ReferralStatus]:
    """Refer a trainee to a programme, for reasons that the programme accepts on that day."""
    policy.may_refer(who)

    async def use_case(unit: Unit) -> ReferralStatus:
        command = Refer(referral_id=uuid4(), by=who.subject, **referral.model_dump())
        await record_referral(unit, command)
        return ReferralStatus(referral_id=command.referral_id, status="referred")

    return use_case


def countersign(who: Principal, referral_id: UUID, step: Dated) -> UseCase[ReferralStatus]:
    """Countersign a referral that somebody else made."""
    policy.may_refer(who)

    async def use_case(unit: Unit) -> ReferralStatus:
        return await _decide(unit, referral_id, await _signature(unit, who, referral_id, step.on))

    return use_case


async def _signature(unit: Unit, who: Principal, referral_id: UUID, on: date) -> Countersign:
    """Make the countersignature of whoever asks: that of the referrer, if the two are one person."""
    referral = await _existing(unit, referral_id)
    signing = await kept_subject(unit, who.subject)
    same_person = signing == await kept_subject(unit, referral.referred_by)
    return Countersign(by=referral.referred_by if same_person else who.subject, on=on)


def accept(who: Principal, referral_id: UUID, acceptance: Acceptance) -> UseCase[ReferralStatus]:
    """Accept the trainee into the programme."""
    policy.may_run_the_partnership(who)
    return _take_step(referral_id, Accept(by=who.subject, **acceptance.model_dump()))


def countersign_many(who: Principal, steps: ManyReferrals) -> UseCase[ReferralsTaken]:
    """Countersign referrals that somebody else made: all of them or none."""
    policy.may_refer(who)
    return _take_steps(steps, lambda unit, referral_id: _signature(unit, who, referral_id, steps.on))


def accept_many(who: Principal, steps: ManyReferrals) -> UseCase[ReferralsTaken]:
    """Accept the trainees of these referrals, as they were referred: all of them or none."""
    policy.may_run_the_partnership(who)

    async def acceptance(*_: object) -> Accept:
        return Accept(by=who.subject, on=steps.on)

    return _take_steps(steps, acceptance)


def decline(who: Principal, referral_id: UUID, refused: Reason) -> UseCase[ReferralStatus]:
    """Decline the trainee."""
    policy.may_run_the_partnership(who)
    return _take_step(referral_id, Decline(by=who.subject, **refused.model_dump()))


def record_consent(who: Principal, referral_id: UUID, answer: ConsentAnswer) -> UseCase[ReferralStatus]:
    """Record whether the person whom the programme asks gave or refused consent.

    Those who refer pass on a parent's answer; a mentee may also give their own.
    """
    kind = GiveConsent if answer.given else RefuseConsent

    async def use_case(unit: Unit) -> ReferralStatus:
        referral = await _existing(unit, referral_id)
        trainee_id, _ = await kept_record(unit, _trainee(referral))
        policy.may_pass_consent(await with_kept_id(unit, who), asked=referral.consent, trainee_id=str(trainee_id))
        return await _decide(unit, referral_id, kind(by=who.subject, on=answer.on))

    return use_case


def withdraw(who: Principal, referral_id: UUID, withdrawal: OptionalReason) -> UseCase[ReferralStatus]:
    """Take a referral back: for its referrer, its trainee and the partnership lead."""

    async def use_case(unit: Unit) -> ReferralStatus:
        referral = await _existing(unit, referral_id)
        trainee_id, _ = await kept_record(unit, _trainee(referral))
        asking = await with_kept_id(unit, who)
        policy.may_take_back(
            asking, referred_by=await kept_subject(unit, referral.referred_by), trainee_id=str(trainee_id)
        )
        command = Withdraw(by=who.subject, on_record=await _reason_on_record(unit, referral), **withdrawal.model_dump())
        return await _decide(unit, referral_id, command)

    return use_case


def reverse_step(who: Principal, referral_id: UUID, mistake: StepToReverse) -> UseCase[ReferralStatus]:
    """Take back the last step of a referral, a mistake; a referral that it made at another programme is withdrawn."""

    async def use_case(unit: Unit) -> ReferralStatus:
        referral = await _existing(unit, referral_id)
        taken_by = None if referral.last_event is None else await kept_subject(unit, referral.last_event.by)
        policy.may_reverse_step(await with_kept_id(unit, who), taken_by=taken_by)
        if referral.status not in OPEN:
            await refuse_second_referral(unit, referral)
        answer = await _decide(unit, referral_id, ReverseStep(by=who.subject, **mistake.model_dump()))
        match referral.last_step:
            case ReferralRedirected(to_referral_id=UUID() as made_id) if mistake.step == "redirection":
                (made,) = await unit.load(REFERRAL, made_id)
                if made.status in OPEN:
                    withdrawal = Withdraw(by=who.subject, on=max(mistake.on, made.last_on), reason=mistake.reason)
                    await _decide(unit, made_id, withdrawal)
        return answer

    return use_case


async def _reason_on_record(unit: Unit, referral: Referral) -> str | None:
    """Decrypt the reason of a withdrawal, so that a repetition is recognised."""
    match referral.last_step:
        case ReferralWithdrawn(reason=str() as reason):
            return (await open_texts(unit.reads, unit.tenant, [reason])).get(reason, reason)
        case _:
            return None


def redirect(who: Principal, referral_id: UUID, to: Redirection) -> UseCase[ReferralStatus]:
    """Redirect a trainee to another programme, where a referral for its own reasons is made, or to another role."""
    policy.may_run_the_partnership(who)

    async def use_case(unit: Unit) -> ReferralStatus:
        referral = await _existing(unit, referral_id)
        to_referral_id = uuid4() if to.to_programme_id is not None else None
        step = Redirect(
            to_programme_id=to.to_programme_id,
            to_referral_id=to_referral_id,
            to_role=to.to_role,
            reason=to.reason,
            by=who.subject,
            on=to.on,
        )
        answer = await _decide(unit, referral_id, step)
        if to.to_role is not None:
            await _must_be_named(unit, referral, to.to_role, to.on)
        if to.to_programme_id is None or to_referral_id is None:
            return answer
        if to.to_programme_id == referral.programme_id:
            raise Invalid("The trainee was referred to this programme.", pointer="/to_programme_id")
        trainee_id, _ = await kept_record(unit, _trainee(referral))
        command = Refer(
            referral_id=to_referral_id,
            programme_id=to.to_programme_id,
            trainee_id=trainee_id,
            purpose=to.purpose or referral.purpose,
            reasons=to.reasons,
            priority=referral.priority,
            send_placement=referral.send_placement,
            redirected_from=referral_id,
            by=who.subject,
            on=to.on,
        )
        await record_referral(unit, command, programme_at="/to_programme_id")
        return answer.model_copy(update={"to_referral_id": to_referral_id})

    return use_case


async def _must_be_named(unit: Unit, referral: Referral, role: str, on: date) -> None:
    (programme,) = await unit.load(PROGRAMME, referral.programme_id)
    roles = programme.settings_on(on).redirects_to
    if role not in roles:
        raise Invalid(f"This programme sends people on to: {', '.join(roles) or 'nobody'}.", pointer="/to_role")


def _trainee(referral: Referral) -> UUID:
    assert referral.trainee_id is not None
    return referral.trainee_id


async def _existing(unit: Unit, referral_id: UUID) -> Referral:
    (referral,) = await unit.load(REFERRAL, referral_id)
    if referral.status == "none":
        raise NotFound("There is no such referral.")
    return referral


def _take_step(referral_id: UUID, step: Steps) -> UseCase[ReferralStatus]:
    async def use_case(unit: Unit) -> ReferralStatus:
        return await _decide(unit, referral_id, step)

    return use_case


def _take_steps(steps: ManyReferrals, step: Callable[[Unit, UUID], Awaitable[Steps]]) -> UseCase[ReferralsTaken]:
    async def use_case(unit: Unit) -> ReferralsTaken:
        referrals = await unit.load(REFERRAL, *steps.referral_ids)
        await unit.load(PERSON, *(one.trainee_id for one in referrals if one.trainee_id is not None))
        refused = []
        for nth, referral_id in enumerate(steps.referral_ids):
            try:
                await _decide(unit, referral_id, await step(unit, referral_id))
            except DomainError as refusal:
                refused.append({"pointer": f"/referral_ids/{nth}", "detail": refusal.detail})
        if refused:
            refusals = counted_noun(len(refused), "referral was", "referrals were")
            raise SomeRefused(f"{refusals} refused; nothing was changed.", errors=refused)
        return ReferralsTaken(referrals=len(steps.referral_ids))

    return use_case


async def _decide(unit: Unit, referral_id: UUID, step: Steps) -> ReferralStatus:
    """Decide a step; the referral of a merged record first becomes that of the record which is kept."""
    (referral,) = await unit.load(REFERRAL, referral_id)
    if referral.trainee_id is not None:
        trainee_id, person = await kept_record(unit, referral.trainee_id)
        if person.status == "erased":
            raise refusal(person)
        if trainee_id != referral.trainee_id:
            await unit.decide(REFERRAL, referral_id, Rehome(trainee_id=trainee_id, by=step.by, on=step.on))
    await unit.decide(REFERRAL, referral_id, step)
    (referral,) = await unit.load(REFERRAL, referral_id)
    assert referral.status != "none"
    return ReferralStatus(referral_id=referral_id, status=referral.status)
