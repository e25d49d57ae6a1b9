"""Referral's public events become facts known here; they may come in any order across streams.

An accepted referral may come before its trainee, an offer before its school: each fact is taken in as it comes, and a
round works with what is complete.
"""

from collections.abc import Mapping
from typing import Any, TypeVar

from services.matching.domain.known import (
    CANDIDATE,
    MENTOR,
    MERGE,
    OFFER,
    PERSON,
    PROGRAMME,
    SCHOOL,
    TRAINEE,
    CandidateJoined,
    CandidateLeft,
    Learn,
    MentorKnown,
    OfferKnown,
    PersonForgotten,
    ProgrammeKnown,
    RecordMerged,
    RegistrationUndone,
    SchoolKnown,
    TraineeKnown,
)
from shared.events import PublicEvent
from shared.events import referral as public
from shared.kernel.decider import Decider, Event
from shared.kernel.reactions import Reaction
from shared.kernel.unit import Unit

F = TypeVar("F", bound=Event)


def _learning(decider: Decider[F | None, Learn[F], F], fact: type[F], key: str, *, person: bool = False) -> Reaction:
    """Take in of an event what matching keeps; of a person only until they are forgotten."""

    async def learn(unit: Unit, event: Any) -> None:
        subject = getattr(event, key)
        if person and (await unit.load(PERSON, subject))[0] is not None:
            return
        kept = fact.model_validate(event.model_dump(include=set(fact.model_fields)))
        await unit.decide(decider, subject, Learn(fact=kept))

    return learn


async def on_school_closed(
    unit: Unit, event: public.SchoolClosed | public.SchoolSucceeded | public.SchoolRemoved
) -> None:
    """Nobody is placed there from now on; what a successor took over is told as its own."""
    (school,) = await unit.load(SCHOOL, event.urn)
    if school is not None:
        closed = school.model_copy(update={"closed": True, "happened_on": event.happened_on})
        await unit.decide(SCHOOL, event.urn, Learn(fact=closed))


async def on_registration_undone(unit: Unit, event: public.RegistrationUndone) -> None:
    """Whoever was recorded by mistake is no mentor and no trainee."""
    fact = RegistrationUndone(happened_on=event.happened_on, person_id=event.person_id)
    for decider in (MENTOR, TRAINEE):
        if (await unit.load(decider, event.person_id))[0] is not None:
            await unit.decide(decider, event.person_id, Learn(fact=fact))


async def on_person_erased(unit: Unit, event: public.PersonErased) -> None:
    """Destroy their key and match them no more."""
    unit.forget(event.person_id)
    fact = PersonForgotten(happened_on=event.happened_on, person_id=event.person_id)
    await unit.decide(PERSON, event.person_id, Learn(fact=fact))


REACTIONS: Mapping[type[PublicEvent], Reaction] = {
    public.ProgrammeOpened: _learning(PROGRAMME, ProgrammeKnown, "programme_id"),
    public.SchoolRecorded: _learning(SCHOOL, SchoolKnown, "urn"),
    public.SchoolClosed: on_school_closed,
    public.SchoolSucceeded: on_school_closed,
    public.SchoolRemoved: on_school_closed,
    public.MentorRecorded: _learning(MENTOR, MentorKnown, "mentor_id", person=True),
    public.TraineeRecorded: _learning(TRAINEE, TraineeKnown, "trainee_id", person=True),
    public.OfferRecorded: _learning(OFFER, OfferKnown, "offer_id"),
    public.ReferralAccepted: _learning(CANDIDATE, CandidateJoined, "referral_id"),
    public.ReferralWithdrawn: _learning(CANDIDATE, CandidateLeft, "referral_id"),
    public.PeopleMerged: _learning(MERGE, RecordMerged, "merged_id"),
    public.RegistrationUndone: on_registration_undone,
    public.PersonErased: on_person_erased,
}
