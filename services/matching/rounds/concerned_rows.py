"""Read of a partnership only the rows that one pair or support concerns, as a round would read them all.

Whoever confirms a proposal must see every fact that a rule reads, as it is when the confirmation is appended. So the
streams of these facts are loaded first, and the append compares their versions; then the read models have to pass the
last event of these streams, and only then rows are read. Of other pairs and supports only those that are still
proposed are compared: another confirmation could take the last hours or the last place, a withdrawal only frees them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg

from services.matching.domain.allocations import ALLOCATION, PARTNERSHIP
from services.matching.domain.candidates import CANDIDATE
from services.matching.domain.identities import Identities
from services.matching.domain.mentees import MENTEE
from services.matching.domain.mentors import MENTOR, MENTOR_TERMS, RELATIONS
from services.matching.domain.offers import OFFER
from services.matching.domain.pairs import PAIR
from services.matching.domain.people import MERGE, PERSON
from services.matching.domain.programmes import PROGRAMME, PROGRAMME_RULES, ProgrammeKnown
from services.matching.domain.schools import HOSTING_LIMIT, SCHOOL, HostingLimitKnown, hosting_limit_key
from services.matching.domain.support_requests import SUPPORT_REQUEST
from services.matching.domain.supports import SUPPORT
from services.matching.domain.trainees import EARLIER_PLACEMENTS, TRAINEE, TRAINEE_STATUS, TraineeKnown
from services.matching.domain.travel_times import TRAVEL_TIMES
from services.matching.domain.wishes import WISHES
from services.matching.rounds.own_rows import OwnRows, R, snapshot
from services.matching.rounds.reading import LAST_ROUND, load_programme, wait_for_streams
from services.matching.rounds.rows import Rows, read_rows
from shared.kernel.decider import Decider
from shared.kernel.postgres.store import connection_and_keyring
from shared.kernel.unit import Unit

_STILL_PROJECTED = "Something about these two was changed a moment ago and is not shown yet; answer again in a moment."

Stream = tuple[Decider[Any, Any, Any], object]


@dataclass(frozen=True, slots=True)
class Concern:
    """What a proposal concerns: its two people, its school and days, and the referral and the offer of a pair."""

    programme_id: UUID
    mentor_id: UUID
    mentee_id: UUID
    school_urn: str
    subject: str | None
    starts_on: date
    ends_on: date
    referral_id: UUID | None = None
    offer_id: UUID | None = None
    pair_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class ConcernedRows(OwnRows):
    """The partnership's rows, of some tables only those that meet a condition; `{0}` is its first value."""

    narrowed: Mapping[str, tuple[str, tuple[object, ...]]] = field(default_factory=dict)

    async def all(self, row: type[R], table: str, condition: str = "", *arguments: object) -> list[R]:
        """Return the rows of a table as `OwnRows` does, narrowed."""
        wanted, values = self.narrowed.get(table, ("true", ()))
        places = [f"${len(arguments) + nth}" for nth in range(1, len(values) + 1)]
        return await super(ConcernedRows, self).all(
            row, table, f"and ({wanted.format(*places)}) {condition}", *arguments, *values
        )


@dataclass(frozen=True, slots=True)
class _Ids:
    """All ids of the people, of the records merged into theirs too; the URNs at which hosting counts together; the
    people's own schools; the last successor of the proposal's school, and its trust.
    """

    people: list[UUID]
    urns: list[str]
    own_schools: list[str]
    here: str
    trust_code: str | None


async def read_concerned_rows(unit: Unit, concern: Concern, on: date) -> tuple[ProgrammeKnown, Rows]:
    """Read the programme and the rows that a proposal concerns; the append then compares what they rest on.

    Raises `NotYet`.
    """
    connection, _ = connection_and_keyring(unit.reads)
    programme = await load_programme(unit, concern.programme_id, on)
    assert programme is not None, "what was proposed is of a programme that matching knows"
    await unit.read_and_compare((ALLOCATION, PARTNERSHIP), *_facts(concern))
    await wait_for_streams(connection, unit.tenant, [ALLOCATION.stream(PARTNERSHIP)], LAST_ROUND)
    async with snapshot(connection, unit.tenant) as own:
        ids = await _ids(own, concern)
        rivals = await _rivals(own, concern, ids)
    places = [place for place in await _home_areas(unit, ids.people) if place]
    streams: list[Stream] = [
        (ALLOCATION, PARTNERSHIP),
        *_facts(concern),
        *_facts_of_people(ids.people),
        (SCHOOL, ids.here),
        *((HOSTING_LIMIT, key) for key in _limit_keys(concern, ids.trust_code, programme.academic_year)),
        *((TRAVEL_TIMES, place) for place in places),
        *rivals,
    ]
    await unit.read_and_compare(*streams)
    await wait_for_streams(connection, unit.tenant, [decider.stream(key) for decider, key in streams], _STILL_PROJECTED)
    async with snapshot(connection, unit.tenant) as own:
        return programme, await read_rows(ConcernedRows(own.connection, _narrowed(concern, ids, places)), programme, on)


def _facts(concern: Concern) -> list[Stream]:
    of_pair: list[Stream] = [
        *([(CANDIDATE, concern.referral_id)] if concern.referral_id else []),
        *([(OFFER, concern.offer_id)] if concern.offer_id else []),
        *([(PAIR, concern.pair_id)] if concern.pair_id else []),
    ]
    return [
        (PROGRAMME, concern.programme_id),
        (PROGRAMME_RULES, concern.programme_id),
        (SCHOOL, concern.school_urn),
        *of_pair,
    ]


def _facts_of_people(people: Sequence[UUID]) -> list[Stream]:
    kinds = (
        MENTOR, MENTOR_TERMS, RELATIONS, TRAINEE, TRAINEE_STATUS, EARLIER_PLACEMENTS, MENTEE, SUPPORT_REQUEST, WISHES,
        PERSON, MERGE,
    )  # fmt: skip
    return [(kind, person) for person in people for kind in kinds]


def _limit_keys(concern: Concern, trust_code: str | None, year: str) -> list[str]:
    if concern.subject is None:
        return []
    at = {"school_urn": concern.school_urn}
    scopes: list[dict[str, str]] = [
        {"scope": "department", "subject": concern.subject, **at},
        {"scope": "school", **at},
        *([{"scope": "trust", "trust_code": trust_code}] if trust_code else []),
    ]
    common = {"happened_on": concern.starts_on, "academic_year": year, "places": None}
    return [hosting_limit_key(HostingLimitKnown.model_validate(common | scope)) for scope in scopes]


async def _home_areas(unit: Unit, people: Sequence[UUID]) -> list[str | None]:
    trainees = await unit.load(TRAINEE, *people)
    return [trainee.home_area for trainee in trainees if isinstance(trainee, TraineeKnown)]


async def _ids(own: OwnRows, concern: Concern) -> _Ids:
    schools = await _fetch(own, "urn, trust_code, successor_urn from schools")
    merges = await _fetch(own, "merged_id, kept_id from merges")
    identities = Identities(
        kept={row["merged_id"]: row["kept_id"] for row in merges},
        successors={row["urn"]: row["successor_urn"] for row in schools if row["successor_urn"] is not None},
    )
    kept = {identities.person(concern.mentor_id), identities.person(concern.mentee_id)}
    merged = [merged_id for merged_id, kept_id in identities.kept.items() if kept_id in kept]
    people = list(dict.fromkeys([concern.mentor_id, concern.mentee_id, *kept, *merged]))
    here = identities.school(concern.school_urn)
    trust = next((row["trust_code"] for row in schools if row["urn"] == here), None)
    together = {here, *(row["urn"] for row in schools if trust is not None and row["trust_code"] == trust)}
    urns = [row["urn"] for row in schools if identities.school(row["urn"]) in together]
    own_schools = await _fetch(own, "school_urn from mentors", "mentor_id = any ($1)", people)
    return _Ids(people, urns, [row["school_urn"] for row in own_schools], here, trust)


async def _rivals(own: OwnRows, concern: Concern, ids: _Ids) -> list[Stream]:
    """The streams of the proposals that could take the same hours or places."""
    days = "status = 'proposed' and starts_on <= $1 and ends_on >= $2"
    common = concern.ends_on, concern.starts_on, ids.people
    pairs = await _fetch(
        own,
        "pair_id from pairs",
        f"{days} and (mentor_id = any ($3) or trainee_id = any ($3) or offer_id = $4 or school_urn = any ($5))",
        *common,
        concern.offer_id,
        ids.urns if concern.offer_id else [],
    )
    of_people = f"{days} and (mentor_id = any ($3) or mentee_id = any ($3))"
    supports = await _fetch(own, "support_id from supports", of_people, *common)
    return [*((PAIR, row["pair_id"]) for row in pairs), *((SUPPORT, row["support_id"]) for row in supports)]


async def _fetch(own: OwnRows, columns_of: str, condition: str = "true", *arguments: object) -> list[asyncpg.Record]:
    of_tenant = "tenant = any ((select named_tenants())::text[])"
    rows: list[asyncpg.Record] = await own.connection.fetch(
        f"select {columns_of} where {of_tenant} and ({condition})", *arguments
    )
    return rows


def _narrowed(concern: Concern, ids: _Ids, places: Sequence[str]) -> Mapping[str, tuple[str, tuple[object, ...]]]:
    of_trainee, of_mentor = ("trainee_id = any ({0})", (ids.people,)), ("mentor_id = any ({0})", (ids.people,))
    of_mentee, of_person = ("mentee_id = any ({0})", (ids.people,)), ("person_id = any ({0})", (ids.people,))
    at_the_time = "starts_on <= {2} and ends_on >= {3} and status in ('proposed', 'confirmed')"
    return {
        "schools": ("successor_urn is not null or urn = any ({0})", ([*ids.urns, *ids.own_schools],)),
        "candidates": of_trainee,
        "trainees": of_trainee,
        "trainee_standings": of_trainee,
        "earlier_placements": of_trainee,
        "reasons": of_trainee,
        "mentees": of_mentee,
        "asks": of_person,
        "said": of_person,
        # a mentor of a school can say of a trainee that it is their former school
        "mentors": ("mentor_id = any ({0}) or school_urn = any ({1})", (ids.people, [concern.school_urn, ids.here])),
        "mentor_terms": of_mentor,
        "trainings": of_mentor,
        "offers": ("offer_id = {0}", (concern.offer_id,)),
        "travel_times": ("place = any ({0})", ([*places, *ids.own_schools],)),
        "pairs": (
            f"trainee_id = any ({{0}}) or mentor_id = any ({{0}}) or (school_urn = any ({{1}}) and {at_the_time})",
            (ids.people, ids.urns, concern.ends_on, concern.starts_on),
        ),
        "supports": ("mentee_id = any ({0}) or mentor_id = any ({0})", (ids.people,)),
    }
