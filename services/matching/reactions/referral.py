"""Record referral's public events as facts.

Events of different streams may come in any order: an accepted referral before its trainee, an offer before its school.
Each fact is recorded as it comes, and a round uses those that are complete.
"""

from collections.abc import Mapping
from typing import Any, TypeVar

from services.matching.domain.candidates import CANDIDATE, REASONS, CandidateJoined, CandidateLeft, ReasonsKnown
from services.matching.domain.facts import RecordFact, fact_of
from services.matching.domain.mentees import MENTEE, MenteeKnown
from services.matching.domain.mentors import (
    MENTOR,
    MENTOR_TERMS,
    RELATIONS,
    TRAINING,
    MentorKnown,
    MentorTermsKnown,
    RelationsKnown,
    TrainingKnown,
)
from services.matching.domain.offers import OFFER, OfferKnown
from services.matching.domain.people import MERGE, PERSON, PersonForgotten, RecordMerged, RegistrationUndone
from services.matching.domain.programmes import PROGRAMME, PROGRAMME_RULES, ProgrammeKnown, RulesKnown
from services.matching.domain.schools import (
    APPETITE,
    HOSTING_LIMIT,
    SCHOOL,
    AppetiteKnown,
    HostingLimitKnown,
    SchoolKnown,
    hosting_limit_key,
)
from services.matching.domain.trainees import (
    EARLIER_PLACEMENTS,
    TRAINEE,
    TRAINEE_STATUS,
    EarlierPlacementsKnown,
    TraineeKnown,
    TraineeStatusKnown,
)
from shared.events import PublicEvent
from shared.events import referral as public
from shared.kernel.decider import Decider, Event
from shared.kernel.reactions import Reaction, ReactionWithReads
from shared.kernel.unit import Unit

F = TypeVar("F", bound=Event)


def _record(
    decider: Decider[F | None, RecordFact[F], F], fact: type[F], *key: str, person: str | None = None
) -> Reaction:
    """Make the reaction that records an event as a fact, by these fields as its key.

    `person` names the field with the id of the person whom the fact is about: once they are erased, it is not kept.
    """

    def key_of(event: Any) -> str:
        return "-".join(str(getattr(event, name)) for name in key)

    async def record(unit: Unit, event: Any) -> None:
        if person and (await unit.load(PERSON, getattr(event, person)))[0] is not None:
            return
        await unit.decide(decider, key_of(event), RecordFact(fact=fact_of(fact, event)))

    def reads(event: Any) -> list[tuple[Decider[Any, Any, Any], object]]:
        return [(decider, key_of(event)), *([(PERSON, getattr(event, person))] if person else [])]

    return ReactionWithReads(record, reads)


async def on_school_closed(
    unit: Unit, event: public.SchoolClosed | public.SchoolSucceeded | public.SchoolRemoved
) -> None:
    """Stop placing trainees at the school. Referral publishes again, at the successor, what the successor took over."""
    (school,) = await unit.load(SCHOOL, event.urn)
    if school is not None:
        successor = event.successor_urn if isinstance(event, public.SchoolSucceeded) else None
        changes = {"closed": True, "successor_urn": successor, "happened_on": event.happened_on}
        await unit.decide(SCHOOL, event.urn, RecordFact(fact=school.model_copy(update=changes)))


record_candidate = _record(CANDIDATE, CandidateJoined, "referral_id", person="trainee_id")


async def on_step_reversed(unit: Unit, event: public.ReferralStepReversed) -> None:
    """Let the trainee wait again after an acceptance that holds again, or wait no longer after one that was wrong."""
    if event.accepted:
        await record_candidate(unit, event)
    elif event.step == "acceptance":
        await unit.decide(CANDIDATE, event.referral_id, RecordFact(fact=fact_of(CandidateLeft, event)))


async def on_hosting_limit_set(unit: Unit, event: public.HostingLimitSet) -> None:
    """Record a hosting limit by its scope."""
    limit = fact_of(HostingLimitKnown, event)
    await unit.decide(HOSTING_LIMIT, hosting_limit_key(limit), RecordFact(fact=limit))


async def on_registration_undone(unit: Unit, event: public.RegistrationUndone) -> None:
    """Record that there is no such mentor, trainee or mentee: the registration was a mistake."""
    fact = fact_of(RegistrationUndone, event)
    for decider in (MENTOR, TRAINEE, MENTEE):
        if (await unit.load(decider, event.person_id))[0] is not None:
            await unit.decide(decider, event.person_id, RecordFact(fact=fact))


async def on_person_erased(unit: Unit, event: public.PersonErased) -> None:
    """Destroy the person's key and do not match them any more; a process ends the pairs and supports that name them."""
    unit.destroy_key(event.person_id)
    await unit.decide(PERSON, event.person_id, RecordFact(fact=fact_of(PersonForgotten, event)))


REACTIONS: Mapping[type[PublicEvent], Reaction] = {
    public.ProgrammeOpened: _record(PROGRAMME, ProgrammeKnown, "programme_id"),
    public.ProgrammeRulesChanged: _record(PROGRAMME_RULES, RulesKnown, "programme_id"),
    public.SchoolRecorded: _record(SCHOOL, SchoolKnown, "urn"),
    public.SchoolClosed: on_school_closed,
    public.SchoolSucceeded: on_school_closed,
    public.SchoolRemoved: on_school_closed,
    public.MentorRecorded: _record(MENTOR, MentorKnown, "mentor_id", person="mentor_id"),
    public.MentorDeclared: _record(MENTOR_TERMS, MentorTermsKnown, "mentor_id", person="mentor_id"),
    public.RelationsRecorded: _record(RELATIONS, RelationsKnown, "mentor_id", person="mentor_id"),
    public.TrainingLogged: _record(TRAINING, TrainingKnown, "training_id", person="mentor_id"),
    public.TraineeRecorded: _record(TRAINEE, TraineeKnown, "trainee_id", person="trainee_id"),
    public.MenteeRecorded: _record(MENTEE, MenteeKnown, "mentee_id", person="mentee_id"),
    public.TraineeStandingChanged: _record(TRAINEE_STATUS, TraineeStatusKnown, "trainee_id", person="trainee_id"),
    public.EarlierPlacementsRecorded: _record(
        EARLIER_PLACEMENTS, EarlierPlacementsKnown, "trainee_id", person="trainee_id"
    ),
    public.OfferRecorded: _record(OFFER, OfferKnown, "offer_id"),
    public.AppetiteSaid: _record(APPETITE, AppetiteKnown, "school_urn", "academic_year"),
    public.HostingLimitSet: on_hosting_limit_set,
    public.ReferralMade: _record(REASONS, ReasonsKnown, "referral_id", person="trainee_id"),
    public.ReferralAccepted: record_candidate,
    public.ReferralWithdrawn: _record(CANDIDATE, CandidateLeft, "referral_id"),
    public.ReferralStepReversed: on_step_reversed,
    public.PeopleMerged: _record(MERGE, RecordMerged, "merged_id"),
    public.RegistrationUndone: on_registration_undone,
    public.PersonErased: on_person_erased,
}
