"""Commands of nudges: follow the signs of a relationship, pass a nudge on, record that the two have talked."""

from collections.abc import Callable
from datetime import date
from uuid import UUID

from services.sessions.commands.programmes import load_programme
from services.sessions.commands.relationships import load_to_record
from services.sessions.domain.meetings import MEETING
from services.sessions.domain.nudges import (
    MISSING,
    NUDGES,
    Commands,
    FollowSigns,
    Nudges,
    NudgeStep,
    PassNudgeOn,
    RecordTalk,
    TakeTalkBack,
)
from services.sessions.domain.programmes import PROGRAMME
from services.sessions.domain.relationships import RELATIONSHIP, Relationship
from services.sessions.domain.signs import (
    SIGNS,
    MeetingFacts,
    RelationshipFacts,
    Sign,
    find_signs,
)
from services.sessions.domain.watches import WATCH, Watch
from shared.events.words import Side
from shared.kernel.answers import Answer
from shared.kernel.decider import NotFound
from shared.kernel.postgres.store import open_texts
from shared.kernel.principal import Principal
from shared.kernel.unit import Unit, UseCase

MEETINGS_READ = 40
"""The number of last meetings in which signs are looked for."""


class NudgeState(Answer):
    """A nudge after a command: the day on which the two have talked, if they said so."""

    nudge_id: UUID
    relationship_id: UUID
    talked_on: date | None


def record_talk(who: Principal, relationship_id: UUID, nudge_id: UUID, step: NudgeStep) -> UseCase[NudgeState]:
    """Record that the two have talked: nobody else is told any more."""
    return _let(
        who,
        relationship_id,
        nudge_id,
        lambda relationship, by, sign: RecordTalk(
            relationship=relationship, nudge_id=nudge_id, sign=sign, by=by, on=step.on
        ),
    )


def take_talk_back(who: Principal, relationship_id: UUID, nudge_id: UUID, step: NudgeStep) -> UseCase[NudgeState]:
    """Record that they have not talked after all."""
    return _let(
        who,
        relationship_id,
        nudge_id,
        lambda relationship, by, sign: TakeTalkBack(
            relationship=relationship, nudge_id=nudge_id, sign=sign, by=by, on=step.on
        ),
    )


def _let(
    who: Principal,
    relationship_id: UUID,
    nudge_id: UUID,
    command_of: Callable[[Relationship, Side, Sign | None], Commands],
) -> UseCase[NudgeState]:
    async def use_case(unit: Unit) -> NudgeState:
        relationship, by = await load_to_record(who, unit, relationship_id, "say whether they have talked")
        (nudges,) = await unit.load(NUDGES, relationship_id)
        if nudge_id not in nudges.by_id:
            raise NotFound(MISSING)
        sign = (await _signs_of(unit, nudges)).get(nudge_id)
        await unit.decide(NUDGES, relationship_id, command_of(relationship, by, sign))
        (after,) = await unit.load(NUDGES, relationship_id)
        talked_on = after.by_id[nudge_id].talked_on
        return NudgeState(nudge_id=nudge_id, relationship_id=relationship_id, talked_on=talked_on)

    return use_case


async def follow_signs(unit: Unit, relationship_id: UUID) -> None:
    """Look for signs in a relationship today, and give or end its nudges.

    There are none before its first day, after its last one, in a pause, and where the programme looks for none.
    """
    (relationship,) = await unit.load(RELATIONSHIP, relationship_id)
    if relationship is None or relationship.erased:
        return
    (programme,) = await unit.load(PROGRAMME, relationship.programme_id)
    rules = programme.practice.signs if programme else None
    if rules is None:
        return
    (watch,), (nudges,) = await unit.load(WATCH, relationship_id), await unit.load(NUDGES, relationship_id)
    known, today = await _signs_of(unit, nudges), unit.now.date()
    talked: dict[Sign, date] = {}
    for nudge_id, sign in known.items():
        talked_on = nudges.by_id[nudge_id].talked_on
        if talked_on is not None:
            talked[sign] = max(talked_on, talked.get(sign, date.min))
    facts = await _facts_of(unit, watch)
    runs = _runs_on(relationship, today)
    following = FollowSigns(
        relationship=relationship,
        rules=rules,
        signs=find_signs(facts, rules, talked) if runs else frozenset(),
        known={nudge_id: sign for nudge_id, sign in known.items() if nudges.by_id[nudge_id].is_open},
        on=today,
    )
    await unit.decide(NUDGES, relationship_id, following)


async def pass_nudge_on(unit: Unit, relationship_id: UUID, nudge_id: UUID) -> None:
    """Tell those whom the programme names, if the two have not talked by now, that a conversation may help."""
    (relationship,) = await unit.load(RELATIONSHIP, relationship_id)
    if relationship is None or not _runs_on(relationship, unit.now.date()):
        return
    programme = await load_programme(unit, relationship.programme_id)
    rules = programme.practice.signs
    (nudges,) = await unit.load(NUDGES, relationship_id)
    passing_on = PassNudgeOn(
        relationship_id=relationship_id,
        nudge_id=nudge_id,
        sign=(await _signs_of(unit, nudges)).get(nudge_id),
        accounts=programme.accounts_of(rules.pass_on_to) if rules else frozenset(),
        on=unit.now.date(),
    )
    await unit.decide(NUDGES, relationship_id, passing_on)


def _runs_on(relationship: Relationship, day: date) -> bool:
    is_paused = relationship.paused_on is not None and relationship.paused_on <= day
    return not relationship.erased and not is_paused and relationship.starts_on <= day <= relationship.ends_on


async def _signs_of(unit: Unit, nudges: Nudges) -> dict[UUID, Sign]:
    """Decrypt the sign of each nudge; those that can no longer be read are left out."""
    opened = await open_texts(unit.reads, unit.tenant, [nudge.sign for nudge in nudges.by_id.values()])
    found = {nudge_id: opened.get(nudge.sign, nudge.sign) for nudge_id, nudge in nudges.by_id.items()}
    return {nudge_id: sign for nudge_id, text in found.items() for sign in SIGNS if sign == text}


async def _facts_of(unit: Unit, watch: Watch) -> RelationshipFacts:
    days = sorted(watch.meetings)[-MEETINGS_READ:]
    meetings = [each for each in await unit.load(MEETING, *(watch.meetings[day] for day in days)) if each]
    opened = await open_texts(unit.reads, unit.tenant, [meeting.pulse for meeting in meetings])
    return RelationshipFacts(
        meetings=[
            MeetingFacts(
                on=meeting.met_on,
                held=meeting.status == "held",
                agenda_by_mentee=meeting.agenda_by == "mentee",
                pulse=_as_number(meeting.pulse and opened.get(meeting.pulse, meeting.pulse)),
            )
            for meeting in meetings
        ],
        told_of_targets=[
            target.told_on for target in watch.targets.values() if target.is_open and target.told_on is not None
        ],
    )


def _as_number(pulse: str | None) -> int | None:
    """Read a pulse; None where there is none, or its key was destroyed."""
    return int(pulse) if pulse is not None and pulse.isdecimal() else None
