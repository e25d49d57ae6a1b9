"""Use cases of referral: authorise, load, decide."""

import asyncio
from datetime import date
from uuid import UUID, uuid4

from services.referral import policy, waiting
from services.referral.domain.file_import import IMPORT, Confirm, Effect, Kind
from services.referral.domain.offer import OFFER, RecordOffer, offer_id
from services.referral.domain.person import PERSON, Erase, Erased, Person
from services.referral.domain.programme import PROGRAMME, Open
from services.referral.domain.referral import REFERRAL, Accept, Countersign, Decline, Purpose, Refer
from services.referral.domain.school import SCHOOL
from services.referral.files.table import CellError
from services.referral.intake import INTAKES, UNKNOWN_SCHOOL, told
from services.referral.programmes import templates
from services.referral.subjects import nearest_names, subject_called
from shared.events.words import Phase
from shared.kernel.auth import Principal
from shared.kernel.decider import DomainError, Invalid
from shared.kernel.postgres import reading
from shared.kernel.postgres.store import PostgresStore
from shared.kernel.store import Transaction
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


class HasErrors(DomainError):
    """A file goes in when it has no errors."""


async def bring_file(who: Principal, kind: Kind, content: bytes) -> UseCase:
    """Read a file, say what its rows would do and what is wrong with them, and keep it for the confirmation.

    Raises `UnreadableFile`. An earlier file of this kind that the same person brought is abandoned.
    """
    policy.may_run_the_partnership(who)
    intake = INTAKES[kind]
    checked = await asyncio.to_thread(intake.read, content)

    async def use_case(unit: Unit) -> Answer:
        before = unit.savepoint()
        taken = await intake.take(unit, checked.rows, unit.now.date())
        unit.undo(before)
        errors = [*checked.errors, *taken.errors]
        found = waiting.Found(kind, told(errors), checked.skipped, _effect(taken.effect, errors))
        import_id = uuid4()

        async def keep(transaction: Transaction) -> None:
            await waiting.abandon(transaction, unit.tenant, [kind], by=who.subject)
            kept = waiting.Waiting(import_id, who.subject, unit.now, content)
            await waiting.keep(transaction, unit.tenant, kept, found)

        unit.beside(keep)
        return {
            "import_id": str(import_id),
            "kind": kind,
            "ready": not errors,
            "errors": found.errors,
            "skipped": found.skipped,
            "will_change": found.will_change.model_dump(),
            "expires_at": (unit.now + waiting.KEPT_FOR).isoformat(),
        }

    return use_case


async def confirm_import(
    who: Principal, store: PostgresStore, import_id: UUID, *, good_rows_only: bool, on: date
) -> UseCase:
    """Let all rows of a file in, judged anew by what stands now; the file is destroyed with that.

    A file of schools may go in without its bad rows: they are the register's, and whoever brings them cannot mend them.
    """
    policy.may_run_the_partnership(who)
    async with reading(store.pool, [who.tenant]) as connection:
        brought = await waiting.brought(connection, store.keyring, who.tenant, import_id)
    if good_rows_only and brought.kind != "schools":
        raise Invalid("Only schools go in without their bad rows; correct the file.", pointer="/good_rows_only")
    intake = INTAKES[brought.kind]
    checked = await asyncio.to_thread(intake.read, brought.content) if brought.content is not None else None

    async def use_case(unit: Unit) -> Answer:
        (before,) = await unit.load(IMPORT, import_id)
        if before.effect is None:
            if checked is None:
                raise waiting.FileGone
            taken = await intake.take(unit, checked.rows, on)
            errors = [*checked.errors, *taken.errors]
            if errors and not good_rows_only:
                raise HasErrors("Some cells need another look; nothing was stored.", errors=told(errors))
            effect = _effect(taken.effect, errors)
            await unit.decide(IMPORT, import_id, Confirm(import_id=import_id, kind=brought.kind, effect=effect, on=on))
            unit.beside(lambda transaction: waiting.close(transaction, unit.tenant, import_id))
        (after,) = await unit.load(IMPORT, import_id)
        assert after.effect is not None
        return {"import_id": str(import_id), "kind": brought.kind, **after.effect.model_dump()}

    return use_case


def _effect(effect: Effect, errors: list[CellError]) -> Effect:
    return effect.model_copy(update={"left_out": len({error.line for error in errors})})


def offer(
    who: Principal,
    *,
    school_urn: str,
    subject: str,
    phase: Phase,
    places: int,
    starts_on: date,
    ends_on: date,
    on: date,
) -> UseCase:
    """Say what a school can host in a subject, by any of its names; no places withdraws the offer."""
    policy.may_offer(who, school_urn)
    found = subject_called(subject)
    if found is None:
        near = " or ".join(nearest_names(subject))
        raise Invalid(f"This subject is not known.{f' Did you mean {near}?' if near else ''}", pointer="/subject")
    if found.phase != phase:
        raise Invalid(f"{found.name} is a {found.phase} subject.", pointer="/phase")
    code = found.code

    async def use_case(unit: Unit) -> Answer:
        (school,) = await unit.load(SCHOOL, school_urn)
        if school.row is None:
            raise Invalid(UNKNOWN_SCHOOL, pointer="/school_urn")
        key = offer_id(unit.tenant, school_urn, code, phase, starts_on)
        await unit.decide(
            OFFER,
            key,
            RecordOffer(
                offer_id=key,
                school_urn=school_urn,
                subject=code,
                phase=phase,
                places=places,
                starts_on=starts_on,
                ends_on=ends_on,
                on=on,
            ),
        )
        return {"offer_id": str(key), "places": places}

    return use_case


def erase(who: Principal, person_id: UUID, *, on: date) -> UseCase:
    """Forget a person for good: their key goes with the event, and so do waiting files that may name them."""
    policy.may_run_the_partnership(who)

    async def use_case(unit: Unit) -> Answer:
        await unit.decide(PERSON, person_id, Erase(on=on))
        unit.forget(person_id)
        unit.beside(lambda transaction: waiting.abandon(transaction, unit.tenant, waiting.PEOPLE))
        return {"person_id": str(person_id), "status": "erased"}

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
        (trainee,) = await unit.load(PERSON, trainee_id)
        if trainee.kind != "trainee":
            raise Invalid("There is no such trainee.", pointer="/trainee_id")
        _not_erased(trainee, pointer="/trainee_id")
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
        _not_erased(*await unit.load(PERSON, referral.trainee_id))
        return {"referral_id": str(referral_id), "status": referral.status}

    return use_case


def _not_erased(person: Person, *, pointer: str | None = None) -> None:
    if person.erased:
        raise Erased("This trainee's record was erased; nothing more can be done with it.", pointer=pointer)
