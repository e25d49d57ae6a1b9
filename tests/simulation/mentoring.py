"""Matching and sessions in the simulation: their own deciders, commands, reactions, read models and publications.

Matching confirms two pairs and withdraws them. The two of each agree, meet and set targets; the mentee keeps a journal,
releases entries of it to roles and takes that back, and leads read what is released to them. Each lead reads once, so
that each reading leaves an event.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Any
from uuid import UUID

from services.matching import publish as matching_publishing
from services.matching.domain import pairs
from services.reporting.tables import READ_MODELS as REPORTING_MODELS
from services.sessions import publish as sessions_publishing
from services.sessions.commands.access import reading_of
from services.sessions.commands.agreements import sign_agreement, write_agreement
from services.sessions.commands.journal import release_entry, revoke_release, write_entry
from services.sessions.commands.meetings import acknowledge_meeting, amend_meeting, record_meeting
from services.sessions.commands.programmes import learn_programme
from services.sessions.commands.target_progress import note_progress
from services.sessions.commands.targets import review_target, set_target
from services.sessions.domain.access import Audience, AudienceRole, Release
from services.sessions.domain.agreements import AGREEMENT, AgreementSignature, AgreementText
from services.sessions.domain.hosts import HOST
from services.sessions.domain.journal import JOURNAL_ENTRY, MISSING, JournalEntry
from services.sessions.domain.meetings import (
    MEETING,
    Acknowledgement,
    AmendedHeldMeeting,
    HeldMeeting,
    MissedMeeting,
    NewMeeting,
    meeting_id_on,
)
from services.sessions.domain.programmes import PROGRAMME, LearnProgramme
from services.sessions.domain.relationships import RELATIONSHIP
from services.sessions.domain.target_progress import NewProgress
from services.sessions.domain.target_states import ReviewStatus
from services.sessions.domain.target_weeks import TARGET_WEEK, target_week_id
from services.sessions.domain.targets import TARGET, NewTarget, NewTargetDetails, TargetReview
from services.sessions.domain.trainees import TRAINEE
from services.sessions.projections import READ_MODELS
from services.sessions.reactions import matching as reactions_to_matching
from shared.events import Catalogue, PublicEvent, sessions
from shared.events import matching as matching_events
from shared.events.practices import Form, FormField, Practice, PracticeRole, Step, TargetRules
from shared.events.words import Side
from shared.kernel.answers import Answer
from shared.kernel.decider import Event, NotFound
from shared.kernel.principal import Principal
from shared.kernel.reactions import Reaction
from shared.kernel.unit import Unit, UseCase
from tests.simulation.ledger import TENANT

STARTS_ON, ENDS_ON, WITHDRAWN_ON = date(2026, 9, 1), date(2026, 12, 18), date(2026, 9, 4)
DAYS = (date(2026, 9, 2), date(2026, 9, 3), date(2026, 9, 8), date(2026, 9, 10))
"""The days on which something happens: two before a pair is withdrawn, and two after."""
TODAY, DUE_ON = date(2026, 9, 14), date(2026, 9, 30)
PER_WEEK = 2
"""As many targets can be set in a week."""
SIDES: tuple[Side, Side] = ("mentor", "trainee")
STATUSES: tuple[ReviewStatus, ...] = ("progressing", "progressing", "met")
READERS: tuple[AudienceRole, ...] = ("school_lead", "partnership_lead")
"""The roles to which entries are released."""
SCHOOL = "900001"
PROGRAMME_ID = UUID(int=1)
PRACTICE = Practice(
    roles=(
        PracticeRole(id="mentor", title="Mentor", side="mentor"),
        PracticeRole(id="trainee", title="Trainee", side="mentee"),
    ),
    steps=(Step(id="agree", title="Agree", by=SIDES, form="terms", signed_by=SIDES, kind="agreement"),),
    forms=(
        Form(
            id="terms",
            title="Terms",
            read_by=SIDES,
            fields=(FormField(id="between_us", text="What stays between us", kind="text"),),
        ),
    ),
    targets=TargetRules(per_week=PER_WEEK),
)

SESSIONS_EVENTS: Catalogue[Event] = Catalogue(
    event
    for decider in (
        PROGRAMME,
        RELATIONSHIP,
        HOST,
        TRAINEE,
        AGREEMENT,
        MEETING,
        TARGET,
        TARGET_WEEK,
        JOURNAL_ENTRY,
    )
    for event in decider.events
)
SESSIONS_MODELS = tuple(
    model for model in READ_MODELS if not SESSIONS_EVENTS.classes.keys().isdisjoint(model.catalogue.classes)
)
PUBLISHERS: Mapping[str, tuple[Catalogue[Any], Callable[[Any], PublicEvent | None]]] = {
    "matching": (pairs.PAIR.catalogue, matching_publishing.publish),
    "sessions": (SESSIONS_EVENTS, sessions_publishing.publish),
}
"""What each of the two stores, and what it publishes of that."""
REACTIONS: dict[type[PublicEvent], Reaction] = {
    event: reactions_to_matching.REACTIONS[event]
    for event in (matching_events.PairConfirmed, matching_events.PairWithdrawn)
}
HEARD: Sequence[type[PublicEvent]] = (
    matching_events.PairProposed,
    *REACTIONS,
    sessions.RelationshipOpened,
    sessions.RelationshipAgreed,
    sessions.RelationshipEnded,
    sessions.MeetingHeld,
    sessions.MeetingMissed,
    sessions.TargetSet,
    sessions.TargetReviewed,
)
"""What the two publish here, which reporting records."""
REPORTING = tuple(model for model in REPORTING_MODELS if not set(HEARD).isdisjoint(model.on))


class Done(Answer):
    """The answer to a command that answers nothing else."""

    done: bool = True


@dataclass(frozen=True)
class Ask:
    """A command: its service, and the streams to which it adds an event each, by name or the beginning of it.

    It may add one to the streams of `maybe` as well. `learn` takes the answer.
    """

    service: str
    streams: Sequence[str]
    use_case: UseCase[Answer]
    maybe: Sequence[str] = ()
    learn: Callable[[Mapping[str, Any]], object] = lambda _: None


@dataclass
class WorkingPair:
    """A pair, its two people, and what clients know of its record. Those of pair 2 need no agreement first."""

    number: int
    asked: bool = False
    agreed: bool = False
    draft: int | None = None
    signed_by: Sequence[str] = ()
    meetings: list[UUID] = field(default_factory=list)
    targets: list[UUID] = field(default_factory=list)
    entries: list[UUID] = field(default_factory=list)

    @property
    def id(self) -> UUID:
        """The id of the pair and of its relationship."""
        return UUID(int=0x10 + self.number)

    def person_id(self, side: Side) -> UUID:
        """The id of the person on a side."""
        return UUID(int=0x100 + 0x10 * self.number + SIDES.index(side))

    def person(self, side: Side) -> Principal:
        """The person on a side."""
        return Principal(f"{self.person_id(side)}", TENANT, frozenset({side}))

    def learn_agreement(self, answer: Mapping[str, Any]) -> None:
        """Remember the last draft, who signed it, and whether one is in force."""
        self.draft, self.signed_by, self.agreed = answer["draft"], answer["signed_by"], answer["in_force"] is not None

    def learn_meeting(self, answer: Mapping[str, Any]) -> None:
        """Remember a meeting and the targets that were set in it."""
        self.meetings.append(UUID(answer["meeting_id"]))
        self.targets.extend(map(UUID, answer["target_ids"]))


PAIRS = (1, 2)
PAIR_STREAMS = [pairs.PAIR.stream(WorkingPair(number).id) for number in PAIRS]


def role_of(reader_id: UUID) -> AudienceRole:
    """The role in which somebody reads an entry."""
    return READERS[reader_id.int % len(READERS)]


def week_of(pair: WorkingPair, day: date) -> str:
    """The stream of a week's targets; without the programme's rules nobody counts them."""
    return TARGET_WEEK.stream(target_week_id(pair.id, day))


class Mentoring:
    """Draws what the clients of one timeline ask of matching and sessions."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self._opened = False
        self._pairs = [WorkingPair(number, agreed=number == 2) for number in PAIRS]

    def draw(self) -> Ask:
        """Draw a command of somebody in one of the pairs or about it; what others rest on is asked for first."""
        chance = self._chance
        if not self._opened or chance.random() < 0.03:
            self._opened = True
            return self._open_programme()
        pair = chance.choice(self._pairs)
        if not pair.asked or chance.random() < 0.05:
            pair.asked = True
            return self._confirm(pair)
        side = chance.choice(SIDES)
        steps: dict[Callable[[WorkingPair, Side], Ask], int] = {
            self._meet: 3,
            self._write: 1 if pair.entries else 3,
            self._withdraw: 1,
        }
        steps |= {self._set_target: 3} if pair.agreed else {self._agree: 8}
        steps |= {self._look_back: 3} if pair.meetings else {}
        steps |= {self._work_on_target: 4} if pair.targets else {}
        steps |= {self._release: 8} if pair.entries else {}
        (step,) = chance.choices([*steps], [*steps.values()])
        return step(pair, side)

    def _open_programme(self) -> Ask:
        learning = LearnProgramme(programme_id=PROGRAMME_ID, title="Mentoring", practice=PRACTICE, on=STARTS_ON)
        streams = [PROGRAMME.stream(PROGRAMME_ID)]
        return Ask("sessions", streams, _deciding(lambda unit: learn_programme(unit, learning)))

    def _confirm(self, pair: WorkingPair) -> Ask:
        return Ask("matching", [pairs.PAIR.stream(pair.id)] * 4, _deciding(lambda unit: _confirm(unit, pair)))

    def _withdraw(self, pair: WorkingPair, side: Side) -> Ask:
        withdrawal = pairs.Withdraw(by=side, reason="trainee_left", on=WITHDRAWN_ON)
        withdrawing = _deciding(lambda unit: unit.decide(pairs.PAIR, pair.id, withdrawal))
        return Ask("matching", [pairs.PAIR.stream(pair.id)], withdrawing)

    def _meet(self, pair: WorkingPair, side: Side) -> Ask:
        """Record a meeting as missed, or as held with a target or without."""
        day, drawn = self._chance.choice(DAYS), self._chance.choice(("missed", "held", "with a target"))
        streams = [MEETING.stream(meeting_id_on(pair.id, day))]
        meeting: NewMeeting = MissedMeeting(status="missed", on=day, reason="cover")
        if drawn != "missed":
            target = NewTargetDetails(text="Wait three seconds.", due_on=DUE_ON)
            meeting = HeldMeeting(status="held", on=day, minutes=45, targets=(target,) if drawn != "held" else ())
        sets = [TARGET.stream("")] if drawn == "with a target" else []
        recording = record_meeting(pair.person(side), pair.id, meeting, today=TODAY)
        maybe = [week_of(pair, day)] if sets else []
        return Ask("sessions", [*streams, *sets], recording, maybe, pair.learn_meeting)

    def _look_back(self, pair: WorkingPair, side: Side) -> Ask:
        """Amend the record of a meeting, or acknowledge it."""
        meeting_id, who = self._chance.choice(pair.meetings), pair.person(side)
        streams = [MEETING.stream(meeting_id)]
        if self._chance.random() < 0.5:
            return Ask("sessions", streams, acknowledge_meeting(who, meeting_id, Acknowledgement(on=TODAY)))
        amended = AmendedHeldMeeting(status="held", amended_on=TODAY, minutes=30)
        return Ask("sessions", streams, amend_meeting(who, meeting_id, amended, today=TODAY))

    def _agree(self, pair: WorkingPair, side: Side) -> Ask:
        """Write a draft, or sign it: the mentor first, as the programme says, unless somebody is too early."""
        if self._chance.random() < 0.8:
            side = "trainee" if "mentor" in pair.signed_by else "mentor"
        streams, who = [AGREEMENT.stream(pair.id)], pair.person(side)
        if pair.draft is None or self._chance.random() < 0.1:
            text = AgreementText(on=DAYS[0], answers={"between_us": "All of it."})
            return Ask("sessions", streams, write_agreement(who, pair.id, text), learn=pair.learn_agreement)
        signing = sign_agreement(who, pair.id, AgreementSignature(on=DAYS[0], draft=pair.draft))
        return Ask("sessions", streams, signing, [RELATIONSHIP.stream(pair.id)], pair.learn_agreement)

    def _set_target(self, pair: WorkingPair, side: Side) -> Ask:
        day = self._chance.choice(DAYS)
        target = NewTarget(text="Wait three seconds.", on=day, due_on=DUE_ON)
        return Ask(
            "sessions",
            [TARGET.stream("")],
            set_target(pair.person(side), pair.id, target),
            [week_of(pair, day)],
            lambda answer: pair.targets.append(UUID(answer["target_id"])),
        )

    def _work_on_target(self, pair: WorkingPair, side: Side) -> Ask:
        """Note progress towards a target, or review it."""
        target_id, on = self._chance.choice(pair.targets), self._chance.choice(DAYS)
        streams = [TARGET.stream(target_id)]
        if self._chance.random() < 0.4:
            progress = NewProgress(on=on, note="Two seconds by now.")
            return Ask("sessions", streams, note_progress(pair.person(side), target_id, progress))
        review = TargetReview(on=on, status=self._chance.choice(STATUSES))
        return Ask("sessions", streams, review_target(pair.person(side), target_id, review))

    def _write(self, pair: WorkingPair, side: Side) -> Ask:
        del side
        entry = JournalEntry(on=DAYS[0], text="More hands went up.")
        return Ask(
            "sessions",
            [JOURNAL_ENTRY.stream("")],
            write_entry(pair.person("trainee"), entry),
            learn=lambda answer: pair.entries.append(UUID(answer["entry_id"])),
        )

    def _release(self, pair: WorkingPair, side: Side) -> Ask:
        """Release an entry to a role, take that back, or read it in that role."""
        del side
        entry_id, (role,) = self._chance.choice(pair.entries), self._chance.choices(READERS, (4, 1))
        streams, owner = [JOURNAL_ENTRY.stream(entry_id)], pair.person("trainee")
        to = Release(to=Audience(role=role), on=TODAY)
        drawn = self._chance.random()
        if drawn < 0.35:
            return Ask("sessions", streams, release_entry(owner, entry_id, to))
        if drawn < 0.6:
            return Ask("sessions", streams, revoke_release(owner, entry_id, to))
        reader_id = UUID(int=(self._chance.getrandbits(64) << 32) + READERS.index(role))
        reader = Principal(f"{reader_id}", TENANT, frozenset({role}), frozenset({SCHOOL}))
        return Ask("sessions", streams, _deciding(lambda unit: _read(unit, reader, entry_id)))


def _deciding(decide: Callable[[Unit], Any]) -> UseCase[Answer]:
    async def use_case(unit: Unit) -> Done:
        await decide(unit)
        return Done()

    return use_case


async def _confirm(unit: Unit, pair: WorkingPair) -> None:
    """Propose the pair, and accept it for both sides: matching's rounds and rules are not part of the simulation."""
    placement = pairs.Placement(
        school_urn=SCHOOL,
        offer_id=UUID(int=2),
        subject="maths",
        starts_on=STARTS_ON,
        ends_on=ENDS_ON,
        meetings_per_week=1,
        targets_per_meeting=3,
        assessor_is_not_mentor=True,
        mentor_hours_per_week=1,
        agreement_first=pair.number == 1,
    )
    proposal = pairs.Proposed(
        happened_on=STARTS_ON,
        pair_id=pair.id,
        programme_id=PROGRAMME_ID,
        referral_id=UUID(int=3),
        trainee_id=pair.person_id("trainee"),
        mentor_id=pair.person_id("mentor"),
        round_id=UUID(int=4),
        placement=placement,
        travel_minutes=10,
        cost=0,
        terms={},
    )
    await unit.decide(pairs.PAIR, pair.id, pairs.Propose(proposal=proposal))
    for side in SIDES:
        await unit.decide(pairs.PAIR, pair.id, pairs.Accept(side=side, by=f"{pair.person_id(side)}", on=STARTS_ON))


async def _read(unit: Unit, reader: Principal, entry_id: UUID) -> None:
    """Read an entry as `open_entry` does, which decrypts it too: keys are out of the store's reach in memory."""
    (entry,) = await unit.load(JOURNAL_ENTRY, entry_id)
    if entry is None:
        raise NotFound(MISSING)
    await unit.decide(JOURNAL_ENTRY, entry_id, await reading_of(unit, reader, entry.item))
