"""How things stand when a round begins: who waits, what is free, as one moment of the read models shows it.

A round must see everything that earlier rounds gave out. Their pairs stand in read models, which run a little behind
the streams, so it waits until these have passed the last event of the allocation stream; an event that comes after
that makes the round's append fail (see `domain.allocation`). Reading every mentor's and pair's stream instead would
cost a round trip over the whole partnership; asking for the store's head is not the API's to do, since it sees its own
tenant only. What else the read models may be behind with does no harm: a refusal not seen yet leaves capacity unused
for one more round.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg

from services.matching.domain.allocation import ALLOCATION, PARTNERSHIP
from services.matching.domain.known import ProgrammeKnown
from services.matching.solver import Mentor, Offer, Point, Problem, Rules, School, Trainee, Travel
from services.matching.solver.contrast import Factors, special_provision
from shared.kernel.postgres import Connection, name_tenants
from shared.kernel.postgres.store import behind
from shared.kernel.projector import NotYet, projected
from shared.kernel.store import Reads

PATIENCE = 10.0
"""Seconds that a round waits for the round before it to be seen."""

Row = Mapping[str, Any] | asyncpg.Record


@dataclass(frozen=True, slots=True)
class Standing:
    """The problem to solve, the referral that each of its trainees waits with, its offers by id, and who is left out.

    Left out are trainees whose record has not come yet, who have a placement at that time or stand in the round with
    another referral; and offers at a school whose position is not known.
    """

    problem: Problem
    referrals: Mapping[str, UUID]
    offers: Mapping[str, Row]
    trainees_left_out: int
    offers_left_out: int


async def stand(reads: Reads, tenant: str, programme: ProgrammeKnown, on: date) -> Standing:
    """How things stand for a round of the programme, no earlier than the last round; raises `NotYet`."""
    connection, _ = behind(reads)
    await _caught_up(connection, tenant)
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        await name_tenants(connection, [tenant])
        return standing_of(
            programme,
            waiting=await connection.fetch(_WAITING, programme.programme_id),
            offers=await connection.fetch(_OFFERS, programme.academic_year, on),
            mentors=await connection.fetch(_MENTORS),
            pairs=await connection.fetch(_PAIRS),
            schools=await connection.fetch(_SCHOOLS),
            travel_times=await connection.fetch(_TRAVEL_TIMES),
        )


async def _caught_up(connection: Connection, tenant: str) -> None:
    async with connection.transaction():
        await name_tenants(connection, [tenant])
        last = await connection.fetchval(
            "select position from events where tenant = $1 and stream = $2 order by version desc limit 1",
            tenant,
            ALLOCATION.stream(PARTNERSHIP),
        )
    deadline = asyncio.get_running_loop().time() + PATIENCE
    while last is not None and await projected(connection) < last:
        if asyncio.get_running_loop().time() > deadline:
            raise NotYet("The round before this one is still being written up; ask again in a moment.", retry_after=1)
        await asyncio.sleep(0.01)


_WAITING = """
    select c.referral_id, coalesce(m.kept_id, c.trainee_id) as trainee_id, t.subject, t.phase, t.home_easting,
           t.home_northing, t.travel_mode, t.travel_limit_minutes, t.home_area
    from candidates c
    left join merges m on m.tenant = c.tenant and m.merged_id = c.trainee_id
    left join trainees t on t.tenant = c.tenant and t.trainee_id = coalesce(m.kept_id, c.trainee_id)
    where c.programme_id = $1 and c.status <> 'left' and not exists (
        select from pairs p
        where p.tenant = c.tenant and p.referral_id = c.referral_id and p.status in ('proposed', 'confirmed'))
    order by c.referral_id"""

_OFFERS = """
    select o.offer_id, o.school_urn, o.subject, o.phase, o.places, o.starts_on, o.ends_on, s.easting, s.northing
    from offers o left join schools s on s.tenant = o.tenant and s.urn = o.school_urn and not s.closed
    where o.academic_year = $1 and o.ends_on > $2
    order by o.offer_id"""

_MENTORS = """
    select mentor_id, school_urn, subjects, phases, capacity_hours, volunteer from mentors order by mentor_id"""

_PAIRS = """
    select coalesce(t.kept_id, p.trainee_id) as trainee_id, coalesce(m.kept_id, p.mentor_id) as mentor_id,
           p.offer_id, p.starts_on, p.ends_on, p.mentor_hours_per_week, p.status
    from pairs p
    left join merges t on t.tenant = p.tenant and t.merged_id = p.trainee_id
    left join merges m on m.tenant = p.tenant and m.merged_id = p.mentor_id"""


_SCHOOLS = """
    select urn, phase, pupils, gender, religious_character, admissions_policy, percentage_fsm, urban_rural,
           special_classes, resourced_provision
    from schools"""

_TRAVEL_TIMES = """
    select place, minutes from travel_times"""


def standing_of(
    programme: ProgrammeKnown,
    *,
    waiting: Sequence[Row],
    offers: Sequence[Row],
    mentors: Sequence[Row],
    pairs: Sequence[Row],
    schools: Sequence[Row] = (),
    travel_times: Sequence[Row] = (),
) -> Standing:
    """The problem that these rows make: capacity is what was offered less what live pairs take."""
    usable = [offer for offer in offers if offer["easting"] is not None and offer["northing"] is not None]
    live = [pair for pair in pairs if pair["status"] in ("proposed", "confirmed")]
    at_the_time = _at_the_time_of(usable, live)
    placed = {pair["trainee_id"] for pair in at_the_time}
    ready: dict[UUID, Row] = {}
    for candidate in waiting:
        if candidate["subject"] is not None and candidate["trainee_id"] not in placed:
            ready.setdefault(candidate["trainee_id"], candidate)
    return Standing(
        problem=Problem(
            trainees=_trainees(ready.values(), pairs),
            offers=_offers(usable, live),
            mentors=_mentors(mentors, at_the_time),
            schools=_schools(usable),
            rules=Rules(
                programme.rules.mentor_hours_per_trainee_week,
                programme.rules.weights,
                Travel(minutes={row["place"]: row["minutes"] for row in travel_times}),
            ),
            factors={row["urn"]: _factors(row) for row in schools},
        ),
        referrals={str(trainee_id): candidate["referral_id"] for trainee_id, candidate in ready.items()},
        offers={str(offer["offer_id"]): offer for offer in usable},
        trainees_left_out=len(waiting) - len(ready),
        offers_left_out=len(offers) - len(usable),
    )


def _at_the_time_of(offers: Sequence[Row], pairs: Iterable[Row]) -> list[Row]:
    """The pairs that share a day with the stretch of time over which the offers run."""
    if not offers:
        return list(pairs)
    first = min(offer["starts_on"] for offer in offers)
    last = max(offer["ends_on"] for offer in offers)
    return [pair for pair in pairs if pair["starts_on"] <= last and pair["ends_on"] >= first]


def _trainees(ready: Iterable[Row], pairs: Iterable[Row]) -> tuple[Trainee, ...]:
    """A mentor is barred to a trainee after either of them said no to the other."""
    barred: dict[UUID, set[str]] = {}
    for pair in pairs:
        if pair["status"] == "declined":
            barred.setdefault(pair["trainee_id"], set()).add(str(pair["mentor_id"]))
    return tuple(
        Trainee(
            id=str(candidate["trainee_id"]),
            subject=candidate["subject"],
            phase=candidate["phase"],
            home=Point(candidate["home_easting"], candidate["home_northing"]),
            travel_mode=candidate["travel_mode"],
            travel_limit_minutes=candidate["travel_limit_minutes"],
            place=candidate.get("home_area"),
            barred_mentors=frozenset(barred.get(candidate["trainee_id"], ())),
        )
        for candidate in ready
    )


def _offers(usable: Iterable[Row], live: Iterable[Row]) -> tuple[Offer, ...]:
    taken = Counter(pair["offer_id"] for pair in live)
    return tuple(
        Offer(
            id=str(offer["offer_id"]),
            school_urn=offer["school_urn"],
            subject=offer["subject"],
            phase=offer["phase"],
            places=max(0, offer["places"] - taken[offer["offer_id"]]),
        )
        for offer in usable
    )


def _mentors(mentors: Iterable[Row], at_the_time: Iterable[Row]) -> tuple[Mentor, ...]:
    taken: Counter[UUID] = Counter()
    for pair in at_the_time:
        taken[pair["mentor_id"]] += pair["mentor_hours_per_week"]
    return tuple(
        Mentor(
            id=str(mentor["mentor_id"]),
            school_urn=mentor["school_urn"],
            subjects=frozenset(mentor["subjects"]),
            phases=frozenset(mentor["phases"]),
            capacity_hours=max(0.0, mentor["capacity_hours"] - taken[mentor["mentor_id"]]),
            volunteer=mentor["volunteer"],
        )
        for mentor in mentors
    )


def _factors(school: Row) -> Factors:
    return Factors(
        phase=school["phase"],
        pupils=school["pupils"],
        gender=school["gender"],
        faith=school["religious_character"],
        admissions=school["admissions_policy"],
        free_meals=school["percentage_fsm"],
        urban_rural=school["urban_rural"],
        special_provision=special_provision(school["special_classes"], school["resourced_provision"]),
    )


def _schools(usable: Iterable[Row]) -> tuple[School, ...]:
    points = {offer["school_urn"]: Point(offer["easting"], offer["northing"]) for offer in usable}
    return tuple(School(urn, point) for urn, point in points.items())
