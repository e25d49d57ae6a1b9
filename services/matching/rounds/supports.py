"""Who could be there for a mentee beside their lead mentor, and who asks: what the rows come to, pure.

Source: product.md M7, R6 (capacity in hours a week over all of somebody's mentoring).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from uuid import UUID

from services.matching.domain.known import ProgrammeKnown
from services.matching.domain.supports import LIVE
from services.matching.rounds.hours import hours_beside
from services.matching.rounds.own_rows import OwnRows
from services.matching.rounds.places import Schools
from services.matching.rounds.rows import Row, Rows
from services.matching.rounds.wishes import Said, said
from services.matching.solver import Point
from services.matching.solver.constellations import FOR_NEWCOMERS, KEY_STAGES, Mentee, Supporter
from services.matching.solver.peers import LONGEST_LIST, Peer

STAGES_OF_PHASE: Mapping[str, tuple[str, ...]] = {
    "primary": ("early_years", "key_stage_1", "key_stage_2"),
    "secondary": ("key_stage_3", "key_stage_4", "key_stage_5"),
}
assert set(chain.from_iterable(STAGES_OF_PHASE.values())) == set(KEY_STAGES)


@dataclass(frozen=True, slots=True)
class Beside:
    """What is read besides a round's rows: what people ask for, mentees, the roles that mentors are in."""

    asks: Sequence[Row] = ()
    mentees: Sequence[Row] = ()
    role_kinds: Sequence[Row] = ()


async def rows_beside(connection: OwnRows) -> Beside:
    """These rows, within the caller's transaction."""
    return Beside(
        asks=await connection.fetch(_ASKS),
        mentees=await connection.fetch(_MENTEES),
        role_kinds=await connection.fetch(_ROLE_KINDS),
    )


# what was said of the record that was kept goes before what was said of one that was merged into it: the last counts
_ASKS = """
    select coalesce(m.kept_id, a.person_id) as person_id, a.facets, a.structural, a.buddy
    from asks a left join merges m on m.tenant = a.tenant and m.merged_id = a.person_id
    order by m.kept_id is null, a.person_id"""

_MENTEES = "select mentee_id, kind, school_urn, year_group from mentees"

_ROLE_KINDS = """
    select distinct on (coalesce(m.kept_id, t.mentor_id)) coalesce(m.kept_id, t.mentor_id) as mentor_id, t.role_kinds
    from mentor_terms t left join merges m on m.tenant = t.tenant and m.merged_id = t.mentor_id
    order by coalesce(m.kept_id, t.mentor_id), m.kept_id is not null, t.mentor_id"""


@dataclass(frozen=True, slots=True)
class Seeker:
    """Somebody of a programme, met at a school between two days; `lead_id` mentors them already, in `pair_id`."""

    person_id: UUID
    school_urn: str
    starts_on: date
    ends_on: date
    lead_id: UUID | None = None
    pair_id: UUID | None = None
    kind: str | None = None
    year_group: str | None = None
    reasons: tuple[str, ...] = ()


def seekers(programme: ProgrammeKnown, on: date, found: Rows, beside: Beside) -> list[Seeker]:
    """Who has a confirmed lead mentor in the programme or, where it pairs within a school, whoever was accepted to it.

    Of several placements it is the one that ends first from `on` on. Who has no record yet, or is deferred or
    withdrawn, is left out.
    """
    if programme.rules.pairing == "hosted":
        return _placed(on, found)
    mentees = {row["mentee_id"]: row for row in beside.mentees}
    school_of = {row["mentor_id"]: row["school_urn"] for row in found.mentors}
    school_of |= {mentee_id: row["school_urn"] for mentee_id, row in mentees.items()}
    people = {row["trainee_id"]: row for row in found.candidates if row["trainee_id"] in school_of}
    return [
        Seeker(
            person_id=person_id,
            school_urn=school_of[person_id],
            starts_on=max(on, programme.starts_on),
            ends_on=programme.ends_on,
            kind=mentees[person_id]["kind"] if person_id in mentees else None,
            year_group=mentees[person_id]["year_group"] if person_id in mentees else None,
            reasons=tuple(row["reasons"] or ()),
        )
        for person_id, row in people.items()
    ]


def _placed(on: date, found: Rows) -> list[Seeker]:
    referrals = {row["referral_id"] for row in found.candidates if row["standing"] not in ("deferred", "withdrawn")}
    schools = Schools.of(found.schools)
    placed: dict[UUID, Seeker] = {}
    for pair in sorted(found.pairs, key=lambda pair: (pair["ends_on"], str(pair["pair_id"]))):
        if pair["status"] == "confirmed" and pair["referral_id"] in referrals and pair["ends_on"] >= on:
            placed.setdefault(
                pair["trainee_id"],
                Seeker(
                    person_id=pair["trainee_id"],
                    school_urn=schools.now(pair["school_urn"]),
                    starts_on=max(on, pair["starts_on"]),
                    ends_on=pair["ends_on"],
                    lead_id=pair["mentor_id"],
                    pair_id=pair["pair_id"],
                ),
            )
    return list(placed.values())


def supporters(people: Sequence[Seeker], found: Rows, beside: Beside, *, reach_minutes: int) -> list[Supporter]:
    """All mentors with the minutes a week that they have left at the time of these people."""
    first = min((one.starts_on for one in people), default=date.max)
    last = max((one.ends_on for one in people), default=date.min)
    taken = hours_beside(found.supports, first, last)
    for pair in found.pairs:
        if pair["status"] in LIVE and pair["starts_on"] <= last and pair["ends_on"] >= first:
            taken[pair["mentor_id"]] += pair["mentor_hours_per_week"]
    role_kinds = {row["mentor_id"]: frozenset(row["role_kinds"]) for row in beside.role_kinds}
    return [
        Supporter(
            id=str(row["mentor_id"]),
            school_urn=row["school_urn"],
            minutes=round(60 * (row["capacity_hours"] - sum((row["load"] or {}).values()) - taken[row["mentor_id"]])),
            facets=frozenset(row["facets"] or ()),
            role_kinds=role_kinds.get(row["mentor_id"], frozenset()),
            key_stages=frozenset(chain.from_iterable(STAGES_OF_PHASE[phase] for phase in row["phases"])) or None,
            volunteer=row["volunteer"],
            reach_minutes=reach_minutes,
        )
        for row in found.mentors
    ]


def mentees(programme: ProgrammeKnown, people: Sequence[Seeker], found: Rows, beside: Beside) -> list[Mentee]:
    """The people as they ask: of what they asked for, what nobody is there for yet or is asked to be."""
    asked = {row["person_id"]: row for row in beside.asks}
    barred = bars(programme, found, found.supports)
    words = _said(found)
    return [
        Mentee(
            id=str(one.person_id),
            school_urn=one.school_urn,
            needs=_needs(one, asked.get(one.person_id), found.supports),
            barred=barred.get(str(one.person_id), frozenset()) | ({str(one.lead_id)} if one.lead_id else set()),
            away=_away(one, found.mentors) | words.barred.get(str(one.person_id), frozenset()),
            wishes=words.wishes(str(one.person_id)),
            year_group=one.year_group,
            reasons=frozenset(
                chain.from_iterable(programme.rules.facets_by_reason.get(reason, ()) for reason in one.reasons)
            ),
        )
        for one in people
    ]


def _needs(one: Seeker, asked: Row | None, supports: Iterable[Row]) -> tuple[str, ...]:
    if asked is None:
        return ()
    met = {support["facet"] or support["role"] for support in supports if _stands(support, one)}
    wanted = [*asked["facets"], *(role for role in sorted(FOR_NEWCOMERS) if asked[role])]
    return tuple(need for need in wanted if need not in met)


def _stands(support: Row, one: Seeker) -> bool:
    return support["mentee_id"] == one.person_id and support["status"] in LIVE and support["ends_on"] >= one.starts_on


def supported(people: Iterable[Seeker], supports: Iterable[Row], role: str) -> set[UUID]:
    """Who has somebody in this role already, or is asked to have; of peers both."""
    live = [one for one in supports if one["status"] in LIVE and one["role"] == role]
    sides = ("mentee_id", "mentor_id") if role == "peer" else ("mentee_id",)
    until = {(support[side], support["ends_on"]) for support in live for side in sides}
    return {
        one.person_id for one in people if any(one.person_id == who and last >= one.starts_on for who, last in until)
    }


def bars(programme: ProgrammeKnown, found: Rows, supports: Iterable[Row]) -> dict[str, frozenset[str]]:
    """For each person whom they must not be paired with: by the programme's conflicts, or after a no."""
    kept = merged(found)
    apart = [(str(one["mentee_id"]), str(one["mentor_id"])) for one in supports if one["status"] == "declined"]
    apart += [
        (kept.get(relation["other_id"], relation["other_id"]), str(row["mentor_id"]))
        for row in found.relations
        for relation in row["relations"]
        if relation["kind"] in programme.rules.conflicts
    ]
    barred: dict[str, set[str]] = defaultdict(set)
    for one, other in apart:
        barred[one].add(other)
        barred[other].add(one)
    return {one: frozenset(others) for one, others in barred.items()}


def _said(found: Rows) -> Said:
    return said(found.said, merged(found), Schools.of(found.schools))


def merged(found: Rows) -> dict[str, str]:
    """The records for which others stand."""
    return {str(row["merged_id"]): str(row["kept_id"]) for row in found.merges}


def _away(one: Seeker, mentors: Iterable[Row]) -> frozenset[str]:
    """Mentors who say when they are available, and are not for the whole of this time."""
    first, last = one.starts_on.isoformat(), one.ends_on.isoformat()
    return frozenset(
        str(row["mentor_id"])
        for row in mentors
        if row["available"]
        and not any(stretch["starts_on"] <= first and last <= stretch["ends_on"] for stretch in row["available"])
    )


def peers(
    programme: ProgrammeKnown, people: Iterable[Seeker], found: Rows, beside: Beside, *, minutes: int
) -> list[Peer]:
    """Who takes part in a programme of peers, with whom they chose; a mentor needs so many minutes a week for it."""
    people = list(people)
    left = {one.id: one.minutes for one in supporters(people, found, beside, reach_minutes=0)}
    words = _said(found)
    barred = bars(programme, found, found.supports)
    return [
        Peer(
            id=str(one.person_id),
            school_urn=one.school_urn,
            wishes=words.chose.get(str(one.person_id), ())[:LONGEST_LIST],
            barred=barred.get(str(one.person_id), frozenset()) | words.barred.get(str(one.person_id), frozenset()),
            has_time=left.get(str(one.person_id), minutes) >= minutes,
        )
        for one in people
    ]


def points(found: Rows) -> dict[str, Point]:
    """Where the schools are that are open, of those whose position is known."""
    schools = Schools.of(found.schools)
    return {urn: point for urn in schools.by_urn if (point := schools.hosts_at(urn)) is not None}
