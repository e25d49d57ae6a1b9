"""Undo an import, stream by stream, by new events; refused if something was built on what the import did.

The events of an import have its id as correlation id. The state of a stream before the first of them is restored. A
later event was built on the import, unless it belongs to another import that was itself undone; an undo has the
correlation id of the import that it undoes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import reduce
from typing import Any
from uuid import UUID

from services.referral.domain.calendars import CALENDAR, RestoreCalendar
from services.referral.domain.earlier_placements import EARLIER, RestoreEarlier
from services.referral.domain.imports import IMPORT
from services.referral.domain.offers import OFFER, OfferConfirmed, OfferWithdrawn, RecordOffer, Withdraw
from services.referral.domain.people import (
    PERSON,
    PeopleMerged,
    Person,
    PersonEngaged,
    PersonErased,
    RecordPerson,
    RecordTakenOver,
    UndoRegistration,
)
from services.referral.domain.referrals import (
    REFERRAL,
    ConsentGiven,
    ConsentRefused,
    ReferralAccepted,
    ReferralCountersigned,
    ReferralDeclined,
    ReferralRedirected,
    ReferralWithdrawn,
)
from services.referral.domain.referrals import Withdraw as WithdrawReferral
from services.referral.domain.schools import SCHOOL, RestoreSchool, SchoolClosed, SchoolSucceeded
from services.referral.domain.subjects import BY_CODE
from services.referral.imports.database import fetch_rows
from services.referral.imports.recording.identities import load_people, names_of, open_identities
from services.referral.imports.recording.same_people import forget_identity
from shared.kernel.decider import Decider, DomainError, Event
from shared.kernel.unit import Unit
from shared.wording import counted_noun

_DECIDERS: Mapping[str, Decider[Any, Any, Any]] = {
    one.category: one for one in (SCHOOL, PERSON, OFFER, EARLIER, REFERRAL, CALENDAR)
}
_WORDS: Mapping[tuple[type[Event], ...], str] = {
    (PersonEngaged,): "This person was referred, or proposed for a pair,",
    (PeopleMerged, RecordTakenOver): "It was merged with another record of the person",
    (OfferConfirmed,): "The school confirmed it",
    (OfferWithdrawn, ReferralWithdrawn): "It was withdrawn",
    (ReferralCountersigned,): "It was countersigned",
    (ConsentGiven, ConsentRefused): "The consent was answered",
    (ReferralAccepted,): "It was accepted",
    (ReferralDeclined,): "It was declined",
    (ReferralRedirected,): "It was passed on",
    (SchoolClosed, SchoolSucceeded): "The school was closed",
}
"""What happened to a record, by the event; anything else is a change."""
MOST_REASONS = 100


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a stream cannot be restored: its category (such as school, person or offer), its key, a sentence.

    `name` says who or what that is, for the lead who undoes the import.
    """

    what: str
    key: str
    message: str
    name: str | None = None


class BuiltUpon(DomainError):
    """Something was built on what the import did."""

    def __init__(self, reasons: Sequence[Reason], number: int) -> None:
        listed = [
            {"what": reason.what, "id": reason.key, "name": reason.name, "message": reason.message}
            for reason in reasons
        ]
        records = counted_noun(number, "record was", "records were")
        sentence = f"{records} used or changed after this import, so nothing was undone."
        super().__init__(sentence, errors=listed)


async def with_names(unit: Unit, reasons: Sequence[Reason]) -> list[Reason]:
    """Name the records of the first reasons."""
    reasons = reasons[:MOST_REASONS]
    people: dict[str, UUID] = {}
    names: dict[str, str] = {}
    for reason in reasons:
        key = reason.key
        match reason.what:
            case SCHOOL.category | CALENDAR.category:
                (school,) = await unit.load(SCHOOL, key)
                names[key] = f"{school.row.name} ({key})" if school.row else key
            case OFFER.category:
                (offer,) = await unit.load(OFFER, key)
                if offer.terms is not None:
                    subject = BY_CODE.get(offer.terms.subject)
                    name = subject.name if subject else offer.terms.subject
                    names[key] = f"{name} at {offer.terms.school_urn} from {offer.terms.starts_on}"
            case REFERRAL.category:
                (referral,) = await unit.load(REFERRAL, key)
                if referral.trainee_id is not None:
                    people[key] = referral.trainee_id
            case _:
                people[key] = UUID(key)
    found = await names_of(unit, list(people.values()))
    names |= {key: found[person_id] for key, person_id in people.items() if person_id in found}
    return [replace(reason, name=names.get(reason.key)) for reason in reasons]


@dataclass
class _History:
    """The events of a stream before an import and after it; `touched` says whether the import changed the stream.

    `last_cause` is the correlation id of the last event.
    """

    before: list[Event] = field(default_factory=list)
    touched: bool = False
    after: list[Event] = field(default_factory=list)
    last_cause: UUID | None = None


async def take_back(unit: Unit, import_id: UUID, streams: Sequence[str], *, by: str, on: date) -> list[Reason]:
    """Restore the state of these streams before the import; return the reasons why some cannot be restored."""
    histories = await _histories(unit, import_id, streams)
    reasons = await _attached(unit, [name for name in streams if name.startswith(f"{SCHOOL.category}-")], histories)
    for stream in streams:
        category, _, key = stream.partition("-")
        history = histories.get(stream, _History())
        if not history.touched or any(isinstance(event, PersonErased) for event in history.after):
            continue
        if history.after:
            reasons.append(Reason(category, key, await _what_followed(unit, history)))
            continue
        before = reduce(_DECIDERS[category].evolve, history.before, _DECIDERS[category].initial())
        try:
            await _restore(unit, category, key, before, by, on)
        except DomainError as refusal:
            reasons.append(Reason(category, key, refusal.detail))
    return reasons


async def _histories(unit: Unit, import_id: UUID, streams: Sequence[str]) -> dict[str, _History]:
    rows = await fetch_rows(
        unit,
        """select stream, type, schema_version, body::text as body, correlation_id from events
           where tenant = $1 and stream = any ($2) order by stream, version""",
        unit.tenant,
        list(streams),
    )
    undone = await _undone(unit, {row["correlation_id"] for row in rows} - {import_id})
    histories: dict[str, _History] = {}
    for row in rows:
        history = histories.setdefault(row["stream"], _History())
        decider = _DECIDERS[row["stream"].partition("-")[0]]
        if row["correlation_id"] == import_id:
            history.touched, history.after = True, []
        elif not history.touched or row["correlation_id"] not in undone:
            event = decider.catalogue.decode(row["type"], row["schema_version"], row["body"])
            (history.after if history.touched else history.before).append(event)
            history.last_cause = row["correlation_id"]
    return histories


async def _what_followed(unit: Unit, history: _History) -> str:
    """Say what happened last to a record after the import, and what to do about that where it can be undone itself."""
    last = history.after[-1]
    if history.last_cause is not None and (await unit.load(IMPORT, history.last_cause))[0].status != "new":
        return f"A later import changed it on {last.happened_on}: undo that import, {history.last_cause}, first."
    what = next((words for types, words in _WORDS.items() if isinstance(last, types)), "It was changed")
    return f"{what} on {last.happened_on}, after this import."


async def _undone(unit: Unit, correlations: set[UUID]) -> set[UUID]:
    """Find the correlation ids of imports that were undone: nothing is left of their events."""
    found = sorted(correlations)
    imports = await unit.load(IMPORT, *found)
    return {key for key, found_import in zip(found, imports, strict=True) if found_import.status == "undone"}


async def _attached(unit: Unit, streams: Sequence[str], histories: Mapping[str, _History]) -> list[Reason]:
    """Find the schools that the import made and that have people or offers now."""
    new = [stream.partition("-")[2] for stream in streams if histories[stream].touched and not histories[stream].before]
    if not new:
        return []
    rows = await fetch_rows(
        unit,
        """select school_urn, count(*) filter (where person) as people, count(*) filter (where not person) as offers
           from (select school_urn, true as person from people where school_urn = any ($1)
                 union all select period ->> 'school_urn', true
                 from people, jsonb_array_elements(profile -> 'periods') as period
                 where period ->> 'school_urn' = any ($1) and period ->> 'school_urn' <> school_urn
                 union all select school_urn, false from offers where school_urn = any ($1) and places > 0) attached
           group by school_urn order by school_urn""",
        new,
    )
    return [
        Reason(
            SCHOOL.category,
            row[0],
            f"This school has {counted_noun(row['people'], 'person', 'people')} and "
            f"{counted_noun(row['offers'], 'offer')}.",
        )
        for row in rows
    ]


async def _restore(unit: Unit, category: str, key: str, before: Any, by: str, on: date) -> None:
    if category == SCHOOL.category:
        await unit.decide(SCHOOL, key, RestoreSchool(urn=key, to=before.snapshot, on=on))
    elif category == PERSON.category:
        await _restore_person(unit, UUID(key), before, by, on)
    elif category == OFFER.category:
        if before.terms is None:
            await unit.decide(
                OFFER, key, Withdraw(on=max(on, (await unit.load(OFFER, key))[0].last_confirmed_on or on))
            )
        else:
            terms = before.terms.model_dump(include=set(RecordOffer.model_fields))
            await unit.decide(OFFER, key, RecordOffer.model_validate(terms | {"on": on}))
    elif category == CALENDAR.category:
        await unit.decide(CALENDAR, key, RestoreCalendar(urn=key, periods=before.periods, on=on))
    elif category == REFERRAL.category:
        (made,) = await unit.load(REFERRAL, UUID(key))
        await unit.decide(REFERRAL, UUID(key), WithdrawReferral(by=by, on=max(on, made.last_on)))
    else:
        restore = RestoreEarlier(trainee_id=UUID(key), placements=before.placements, on=on)
        await unit.decide(EARLIER, key, restore)


async def _restore_person(unit: Unit, key: UUID, before: Person, by: str, on: date) -> None:
    forget_identity(unit, key)
    if before.status != "recorded" or before.identity is None or before.profile is None:
        await unit.decide(PERSON, key, UndoRegistration(by=by, on=on))
        return
    now = (await load_people(unit, [key]))[key][1]
    was = (await open_identities(unit, [before.identity]))[before.identity]
    await unit.decide(
        PERSON, key, RecordPerson(person_id=key, identity=was, on_record=now, profile=before.profile, on=on)
    )
