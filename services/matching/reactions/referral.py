"""Referral's public events become facts known here; they may come in any order across streams.

An accepted referral may come before its trainee, an offer before its school: each fact is taken in as it comes, and a
round works with what is complete.
"""

from collections.abc import Mapping
from typing import Any, TypeVar

from services.matching.domain.known import (
    APPETITE,
    CANDIDATE,
    EARLIER_PLACEMENTS,
    MENTEE,
    MENTOR,
    MENTOR_TERMS,
    MERGE,
    OFFER,
    PERSON,
    PROGRAMME,
    PROGRAMME_RULES,
    REASONS,
    RELATIONS,
    SCHOOL,
    TRAINEE,
    TRAINEE_STANDING,
    TRAINING,
    AppetiteKnown,
    CandidateJoined,
    CandidateLeft,
    EarlierPlacementsKnown,
    Learn,
    MenteeKnown,
    MentorKnown,
    MentorTermsKnown,
    OfferKnown,
    PersonForgotten,
    ProgrammeKnown,
    ReasonsKnown,
    RecordMerged,
    RegistrationUndone,
    RelationsKnown,
    RulesKnown,
    SchoolKnown,
    TraineeKnown,
    TraineeStandingKnown,
    TrainingKnown,
)
from shared.events import PublicEvent
from shared.events import referral as public
from shared.kernel.decider import Decider, Event
from shared.kernel.reactions import Reaction
from shared.kernel.unit import Unit

F = TypeVar("F", bound=Event)


def _learning(decider: Decider[F | None, Learn[F], F], fact: type[F], *key: str, person: str | None = None) -> Reaction:
    """Take in of an event what matching keeps, by these fields as its key; of a person only until they are forgotten.

    `person` names the field that holds their id.
    """

    async def learn(unit: Unit, event: Any) -> None:
        if person and (await unit.load(PERSON, getattr(event, person)))[0] is not None:
            return
        kept = fact.model_validate(event.model_dump(include=set(fact.model_fields)))
        await unit.decide(decider, "-".join(str(getattr(event, name)) for name in key), Learn(fact=kept))

    return learn


async def on_school_closed(
    unit: Unit, event: public.SchoolClosed | public.SchoolSucceeded | public.SchoolRemoved
) -> None:
    """Nobody is placed there from now on; what a successor took over is told as its own, and pairs read as there."""
    (school,) = await unit.load(SCHOOL, event.urn)
    if school is not None:
        successor = event.successor_urn if isinstance(event, public.SchoolSucceeded) else None
        told = {"closed": True, "successor_urn": successor, "happened_on": event.happened_on}
        closed = school.model_copy(update=told)
        await unit.decide(SCHOOL, event.urn, Learn(fact=closed))


async def on_registration_undone(unit: Unit, event: public.RegistrationUndone) -> None:
    """Whoever was recorded by mistake is no mentor, no trainee and no mentee."""
    fact = RegistrationUndone(happened_on=event.happened_on, person_id=event.person_id)
    for decider in (MENTOR, TRAINEE, MENTEE):
        if (await unit.load(decider, event.person_id))[0] is not None:
            await unit.decide(decider, event.person_id, Learn(fact=fact))


async def on_person_erased(unit: Unit, event: public.PersonErased) -> None:
    """Destroy their key and match them no more."""
    unit.destroy_key(event.person_id)
    fact = PersonForgotten(happened_on=event.happened_on, person_id=event.person_id)
    await unit.decide(PERSON, event.person_id, Learn(fact=fact))


REACTIONS: Mapping[type[PublicEvent], Reaction] = {
    public.ProgrammeOpened: _learning(PROGRAMME, ProgrammeKnown, "programme_id"),
    public.ProgrammeRulesChanged: _learning(PROGRAMME_RULES, RulesKnown, "programme_id"),
    public.SchoolRecorded: _learning(SCHOOL, SchoolKnown, "urn"),
    public.SchoolClosed: on_school_closed,
    public.SchoolSucceeded: on_school_closed,
    public.SchoolRemoved: on_school_closed,
    public.MentorRecorded: _learning(MENTOR, MentorKnown, "mentor_id", person="mentor_id"),
    public.MentorDeclared: _learning(MENTOR_TERMS, MentorTermsKnown, "mentor_id", person="mentor_id"),
    public.RelationsRecorded: _learning(RELATIONS, RelationsKnown, "mentor_id", person="mentor_id"),
    public.TrainingLogged: _learning(TRAINING, TrainingKnown, "training_id", person="mentor_id"),
    public.TraineeRecorded: _learning(TRAINEE, TraineeKnown, "trainee_id", person="trainee_id"),
    public.MenteeRecorded: _learning(MENTEE, MenteeKnown, "mentee_id", person="mentee_id"),
    public.TraineeStandingChanged: _learning(TRAINEE_STANDING, TraineeStandingKnown, "trainee_id", person="trainee_id"),
    public.EarlierPlacementsRecorded: _learning(
        EARLIER_PLACEMENTS, EarlierPlacementsKnown, "trainee_id", person="trainee_id"
    ),
    public.OfferRecorded: _learning(OFFER, OfferKnown, "offer_id"),
    public.AppetiteSaid: _learning(APPETITE, AppetiteKnown, "school_urn", "academic_year"),
    public.ReferralMade: _learning(REASONS, ReasonsKnown, "referral_id", person="trainee_id"),
    public.ReferralAccepted: _learning(CANDIDATE, CandidateJoined, "referral_id"),
    public.ReferralWithdrawn: _learning(CANDIDATE, CandidateLeft, "referral_id"),
    public.PeopleMerged: _learning(MERGE, RecordMerged, "merged_id"),
    public.RegistrationUndone: on_registration_undone,
    public.PersonErased: on_person_erased,
}
