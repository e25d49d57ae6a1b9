"""The rows that a round reads, all at one moment; people have the ids of their kept records."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeVar
from uuid import UUID

from services.matching.domain.identities import Identities
from services.matching.domain.programmes import ProgrammeKnown
from services.matching.projections.candidates import CandidateRow, ReasonsRow
from services.matching.projections.mentees import MenteeRow
from services.matching.projections.mentors import MentorRow, MentorTermsRow, RelationsRow, TrainingsRow
from services.matching.projections.offers import OfferRow
from services.matching.projections.people import MergeRow
from services.matching.projections.schools import AppetiteRow, HostingLimitRow, SchoolRow
from services.matching.projections.support_requests import SupportRequestRow
from services.matching.projections.trainees import EarlierPlacementsRow, TraineeRow, TraineeStatusRow
from services.matching.projections.travel_times import TravelTimesRow
from services.matching.projections.wishes import WishesRow
from services.matching.rounds.own_rows import OwnRows
from shared.events.referral import Related
from shared.events.words import Priority
from shared.kernel.readmodel import Row

R = TypeVar("R", bound=Row)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A candidate of the programme: the referral, and the trainee's record (None if it has not arrived).

    `left_over` is whether they wait since a round that had no place for them; `since` is the day of their last status.
    """

    referral_id: UUID
    trainee_id: UUID
    record: TraineeRow | None
    status: str | None = None
    status_since: date | None = None
    reasons: tuple[str, ...] = ()
    priority: Priority = "usual"
    send_placement: bool = False
    mentor_hours_per_week: float | None = None
    left_over: bool = False
    since: date | None = None

    @property
    def is_away(self) -> bool:
        """Whether the trainee is deferred or withdrawn."""
        return self.status in ("deferred", "withdrawn")

    def has_left_by(self, day: date) -> bool:
        """Whether the trainee is deferred or withdrawn since this day or an earlier one."""
        return self.is_away and (self.status_since is None or self.status_since <= day)


@dataclass(frozen=True, slots=True)
class MentorRecord:
    """A mentor's record, and their terms (None if not declared); `has_training` says whether any training is
    recorded.
    """

    record: MentorRow
    terms: MentorTermsRow | None = None
    has_training: bool = False

    @property
    def load_hours(self) -> float:
        """The hours a week that the mentor gives already, as they declared."""
        return sum(self.terms.load.values()) if self.terms else 0.0


@dataclass(frozen=True, slots=True)
class RoundPair:
    """A pair of the partnership, from any round."""

    pair_id: UUID
    referral_id: UUID
    trainee_id: UUID
    mentor_id: UUID
    school_urn: str
    offer_id: UUID
    subject: str
    starts_on: date
    ends_on: date
    mentor_hours_per_week: float
    status: str
    locked: bool
    changed_on: date
    withdrawn_because: str | None = None
    change_wanted: bool = False

    @property
    def is_live(self) -> bool:
        """Whether the pair takes a place and hours."""
        return self.status in ("proposed", "confirmed")

    @property
    def ended_on(self) -> date | None:
        """The last day of a pair that ended early, up to which it takes the mentor's hours; it may be still to come."""
        return self.changed_on if self.withdrawn_because in ("ended_by_them", "closed_in_review") else None

    @property
    def is_refused(self) -> bool:
        """Whether one of the two declined the other, broke off or wanted somebody else: they are not proposed again."""
        replaced = self.change_wanted and not self.is_live
        return self.status == "declined" or self.withdrawn_because == "ended_by_them" or replaced

    @property
    def is_sought_for(self) -> bool:
        """Whether another mentor is looked for, while this pair goes on."""
        return self.change_wanted and self.status == "confirmed"


@dataclass(frozen=True, slots=True)
class RoundSupport:
    """A support of the partnership."""

    mentee_id: UUID
    mentor_id: UUID
    role: str
    facet: str | None
    starts_on: date
    ends_on: date
    hours_per_week: float
    status: str
    broken_off: bool = False
    programme_id: UUID | None = None
    closed: bool = False
    change_wanted: bool = False

    @property
    def is_live(self) -> bool:
        """Whether the support takes hours of the mentor."""
        return self.status in ("proposed", "confirmed")

    @property
    def is_refused(self) -> bool:
        """Whether one of the two declined the other, broke off or wanted somebody else: they are not proposed again."""
        return self.status == "declined" or self.broken_off or self.change_wanted

    @property
    def meets_a_need(self) -> bool:
        """Whether nobody else is looked for."""
        return self.is_live and not (self.change_wanted and self.status == "confirmed")


@dataclass(frozen=True, slots=True)
class Rows:
    """Candidates, offers and hosting limits of the programme's year; the rest is of the whole partnership.

    `relations` are by mentor, `earlier_schools` (URNs) by trainee. `closed_to_hosting` has by URN the day on which a
    school said that it does not host in that year. `wishes` come in order: those of a kept record before those of a
    record that was merged into it.
    """

    candidates: Sequence[Candidate]
    offers: Sequence[OfferRow]
    mentors: Sequence[MentorRecord]
    pairs: Sequence[RoundPair]
    schools: Sequence[SchoolRow]
    relations: Mapping[UUID, Sequence[Related]] = field(default_factory=dict)
    earlier_schools: Mapping[UUID, Sequence[str]] = field(default_factory=dict)
    closed_to_hosting: Mapping[str, date] = field(default_factory=dict)
    hosting_limits: Sequence[HostingLimitRow] = ()
    travel_times: Sequence[TravelTimesRow] = ()
    wishes: Sequence[WishesRow] = ()
    supports: Sequence[RoundSupport] = ()
    support_requests: Mapping[UUID, SupportRequestRow] = field(default_factory=dict)
    mentees: Sequence[MenteeRow] = ()
    identities: Identities = field(default_factory=Identities)


async def read_rows(own: OwnRows, programme: ProgrammeKnown, on: date) -> Rows:
    """Read the rows of a round of the programme on a day, within the caller's transaction."""
    schools = await own.all(SchoolRow, "schools")
    identities = identities_of(schools, await own.all(MergeRow, "merges"))
    year = programme.academic_year
    offers = "and academic_year = $1 and ends_on > $2 order by offer_id"
    not_open = await own.all(AppetiteRow, "appetites", "and academic_year = $1 and appetite = 'not_open'", year)
    requests = by_person(await own.all(SupportRequestRow, "asks"), "person_id", identities)
    return Rows(
        candidates=await _read_candidates(own, programme, identities),
        offers=await own.all(OfferRow, "offers", offers, year, on),
        mentors=await _read_mentors(own, identities),
        pairs=[
            replace(pair, trainee_id=identities.person(pair.trainee_id), mentor_id=identities.person(pair.mentor_id))
            for pair in await own.all(RoundPair, "pairs", "order by starts_on, pair_id")
        ],
        schools=schools,
        relations={
            mentor: [related for row in rows for related in row.relations]
            for mentor, rows in by_person(await own.all(RelationsRow, "relations"), "mentor_id", identities).items()
        },
        earlier_schools={
            trainee: [urn for row in rows for urn in row.schools]
            for trainee, rows in by_person(
                await own.all(EarlierPlacementsRow, "earlier_placements"), "trainee_id", identities
            ).items()
        },
        closed_to_hosting={row.school_urn: row.said_on for row in not_open},
        hosting_limits=await own.all(HostingLimitRow, "hosting_limits", "and academic_year = $1", year),
        travel_times=await own.all(TravelTimesRow, "travel_times"),
        wishes=[
            replace(row, person_id=person)
            for person, rows in by_person(await own.all(WishesRow, "said"), "person_id", identities).items()
            for row in rows
        ],
        supports=[
            replace(row, mentee_id=identities.person(row.mentee_id), mentor_id=identities.person(row.mentor_id))
            for row in await own.all(RoundSupport, "supports")
        ],
        support_requests={person: rows[0] for person, rows in requests.items()},
        mentees=await own.all(MenteeRow, "mentees"),
        identities=identities,
    )


def identities_of(schools: Iterable[SchoolRow], merges: Iterable[MergeRow]) -> Identities:
    """Return the kept records and the successors of schools that these rows name."""
    return Identities(
        kept={merge.merged_id: merge.kept_id for merge in merges},
        successors={school.urn: school.successor_urn for school in schools if school.successor_urn is not None},
    )


async def _read_candidates(own: OwnRows, programme: ProgrammeKnown, identities: Identities) -> list[Candidate]:
    waiting = "and programme_id = $1 and status <> 'left' order by referral_id"
    records = {row.trainee_id: row for row in await own.all(TraineeRow, "trainees")}
    statuses = by_person(
        await own.all(TraineeStatusRow, "trainee_standings", "order by since desc"), "trainee_id", identities
    )
    reasons = {row.referral_id: row for row in await own.all(ReasonsRow, "reasons")}
    candidates = []
    for row in await own.all(CandidateRow, "candidates", waiting, programme.programme_id):
        trainee_id, referred = identities.person(row.trainee_id), reasons.get(row.referral_id)
        record = records.get(trainee_id)
        status = statuses.get(trainee_id) if record else None
        candidates.append(
            Candidate(
                referral_id=row.referral_id,
                trainee_id=trainee_id,
                record=record,
                status=status[0].standing if status else None,
                status_since=status[0].since if status else None,
                reasons=referred.reasons if referred else (),
                priority=row.priority or (referred.priority if referred else "usual"),
                send_placement=bool(referred and referred.send_placement),
                mentor_hours_per_week=row.mentor_hours_per_week,
                left_over=row.status == "waiting" and row.reason is not None,
                since=row.since,
            )
        )
    return candidates


async def _read_mentors(own: OwnRows, identities: Identities) -> list[MentorRecord]:
    terms = by_person(await own.all(MentorTermsRow, "mentor_terms", "order by mentor_id"), "mentor_id", identities)
    trained = {identities.person(row.mentor_id) for row in await own.all(TrainingsRow, "trainings")}
    return [
        MentorRecord(
            record=row,
            terms=terms[row.mentor_id][0] if row.mentor_id in terms else None,
            has_training=row.mentor_id in trained,
        )
        for row in await own.all(MentorRow, "mentors", "order by mentor_id")
    ]


def by_person(rows: Iterable[R], column: str, identities: Identities) -> dict[UUID, list[R]]:
    """Group rows by the person whose id is in a column: first the rows of the kept record, then of merged ones."""
    grouped: dict[UUID, list[R]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: getattr(row, column) in identities.kept):
        grouped[identities.person(getattr(row, column))].append(row)
    return dict(grouped)
