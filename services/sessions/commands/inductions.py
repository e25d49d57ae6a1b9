"""Commands of inductions: record and change periods and absences."""

from datetime import date
from uuid import UUID, uuid4

from services.sessions import policy
from services.sessions.commands.merges import kept_record
from services.sessions.commands.programmes import load_programme
from services.sessions.commands.relationships import Recorded, Visible, load_to_see
from services.sessions.domain.inductions import (
    INDUCTION,
    MISSING,
    InductionAbsence,
    InductionPeriod,
    NewInductionAbsence,
    NewInductionPeriod,
    SetInductionAbsence,
    SetInductionPeriod,
    TakeOverInduction,
)
from services.sessions.domain.programmes import Programme
from services.sessions.domain.relationships import Relationship
from shared.events.practices import AccountRole, InductionRules
from shared.kernel.answers import Answer
from shared.kernel.decider import NotFound
from shared.kernel.postgres.store import open_texts
from shared.kernel.principal import Principal
from shared.kernel.unit import Unit, UseCase


class InductionState(Answer):
    """The period or absence that a command recorded or changed."""

    trainee_id: UUID
    period_id: UUID | None = None
    absence_id: UUID | None = None


def record_period(who: Principal, trainee_id: UUID, new: NewInductionPeriod) -> UseCase[InductionState]:
    """Record a period of induction at the school of a relationship."""
    return _set_period(who, trainee_id, new, relationship_id=new.relationship_id)


def change_period(
    who: Principal, trainee_id: UUID, period_id: UUID, period: InductionPeriod
) -> UseCase[InductionState]:
    """Change the days or the share of a period, or take it back."""
    return _set_period(who, trainee_id, period, period_id=period_id)


def record_absence(who: Principal, trainee_id: UUID, new: NewInductionAbsence) -> UseCase[InductionState]:
    """Record an absence from the school of a relationship."""
    return _set_absence(who, trainee_id, new, relationship_id=new.relationship_id)


def change_absence(
    who: Principal, trainee_id: UUID, absence_id: UUID, absence: InductionAbsence
) -> UseCase[InductionState]:
    """Change an absence, or take it back."""
    return _set_absence(who, trainee_id, absence, absence_id=absence_id)


async def take_over_induction(unit: Unit, merged_id: UUID, kept_id: UUID, on: date) -> None:
    """Let the periods and absences of a merged record be those of the kept one too."""
    (merged,) = await unit.load(INDUCTION, merged_id)
    sealed = {absence_id: absence.kind for absence_id, absence in merged.absences.items()}
    opened = await open_texts(unit.reads, unit.tenant, sealed.values()) if sealed else {}
    kinds = {absence_id: opened.get(kind, kind) for absence_id, kind in sealed.items()}
    taking = TakeOverInduction(trainee_id=kept_id, merged=merged, kinds=kinds, on=on)
    await unit.decide(INDUCTION, kept_id, taking)


def _set_period(
    who: Principal,
    trainee_id: UUID,
    period: InductionPeriod,
    *,
    period_id: UUID | None = None,
    relationship_id: UUID | None = None,
) -> UseCase[InductionState]:
    async def use_case(unit: Unit) -> InductionState:
        kept_id = await kept_record(unit, trainee_id)
        (induction,) = await unit.load(INDUCTION, kept_id)
        known = induction.periods.get(period_id) if period_id else None
        if relationship_id is None:
            relationship, rules = await _load_known(unit, who, kept_id, known)
        else:
            relationship, rules = await _load(unit, who, kept_id, relationship_id)
        setting = SetInductionPeriod(
            period_id=period_id or uuid4(),
            relationship=relationship,
            rules=rules,
            period=period,
            new=period_id is None,
        )
        await unit.decide(INDUCTION, kept_id, setting)
        return InductionState(trainee_id=kept_id, period_id=setting.period_id)

    return use_case


def _set_absence(
    who: Principal,
    trainee_id: UUID,
    absence: InductionAbsence,
    *,
    absence_id: UUID | None = None,
    relationship_id: UUID | None = None,
) -> UseCase[InductionState]:
    async def use_case(unit: Unit) -> InductionState:
        kept_id = await kept_record(unit, trainee_id)
        (induction,) = await unit.load(INDUCTION, kept_id)
        known = induction.absences.get(absence_id) if absence_id else None
        if relationship_id is None:
            relationship, rules = await _load_known(unit, who, kept_id, known)
        else:
            relationship, rules = await _load(unit, who, kept_id, relationship_id)
        opened = await open_texts(unit.reads, unit.tenant, [known.kind]) if known else {}
        setting = SetInductionAbsence(
            absence_id=absence_id or uuid4(),
            relationship=relationship,
            rules=rules,
            absence=absence,
            new=absence_id is None,
            on_record=known and opened.get(known.kind, known.kind),
        )
        await unit.decide(INDUCTION, kept_id, setting)
        return InductionState(trainee_id=kept_id, absence_id=setting.absence_id)

    return use_case


_Loaded = tuple[Relationship, InductionRules | None]
"""The relationship in which something of a teacher's induction is recorded, and the rules of its programme."""


async def _load(unit: Unit, who: Principal, trainee_id: UUID, relationship_id: UUID) -> _Loaded:
    """Load the relationship in which something is recorded, for somebody who may record it."""
    return _must_record(*await _see(unit, who, trainee_id, relationship_id))


async def _load_known(unit: Unit, who: Principal, trainee_id: UUID, known: Recorded | None) -> _Loaded:
    """Load the relationship in which something that is to be changed was recorded.

    Raises `NotFound` for whoever does not see the induction: they do not learn what is recorded.
    """
    try:
        if known is not None:
            seen, programme = await _see(unit, who, trainee_id, known.relationship_id)
            if policy.sees_induction(seen.who, seen.relationship, _recording(programme), seen.assigned):
                return _must_record(seen, programme)
    except NotFound:
        pass
    raise NotFound(MISSING)


async def _see(unit: Unit, who: Principal, trainee_id: UUID, relationship_id: UUID) -> tuple[Visible, Programme]:
    seen = await load_to_see(who, unit, relationship_id)
    if await kept_record(unit, seen.relationship.trainee_id) != trainee_id:
        raise NotFound(MISSING)
    return seen, await load_programme(unit, seen.relationship.programme_id)


def _must_record(seen: Visible, programme: Programme) -> _Loaded:
    policy.may_record_induction(seen.who, seen.relationship, _recording(programme), seen.assigned)
    return seen.relationship, programme.practice.induction


def _recording(programme: Programme) -> frozenset[AccountRole]:
    """The accounts of those who record inductions in the programme."""
    rules = programme.practice.induction
    return programme.accounts_of(rules.recorded_by if rules else ())
