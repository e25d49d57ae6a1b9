"""From rows to the problem that the solver is asked."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from services.matching.domain import known
from services.matching.rounds.hours import hours_beside
from services.matching.rounds.people import Past, free_from, mentor, past, trainee
from services.matching.rounds.places import Places, Schools, offer_at, places
from services.matching.rounds.rows import Row, Rows
from services.matching.rounds.wishes import Said, chosen, said
from services.matching.solver import Match, Mentor, Offer, Problem, Rules, Trainee, Travel
from services.matching.solver.contrast import EVENLY


@dataclass(frozen=True, slots=True)
class Standing:
    """The problem to solve, and what its ids mean.

    `referrals` are what each of its trainees waits or was placed with, `offers` rows by the solver's id (of one that
    schools share, each school's, with its own `school_urn`), `placed` the live pair of each trainee who has one.

    Left out are trainees whose record has not come yet, who are deferred or withdrawn, who have a placement at that
    time or stand in the round with another referral; and offers that no school can host: its position is not known, it
    is closed, or it said later that it does not host.
    """

    problem: Problem
    referrals: Mapping[str, UUID]
    offers: Mapping[str, Mapping[str, Any]]
    placed: Mapping[str, Row]
    trainees_left_out: int
    offers_left_out: int


def standing_of(programme: known.ProgrammeKnown, on: date, rows: Rows, *, placed_too: bool = False) -> Standing:
    """The problem that these rows make on a day: capacity is what was offered less what live pairs take.

    With `placed_too` those whom the programme has placed already are in it with their pairs as `standing`, locked ones
    also as `locked`, and what these take is not subtracted. Who was placed more than once is in by the last placement.
    """
    schools = Schools.of(rows.schools)
    live = [pair for pair in rows.pairs if pair["status"] in ("proposed", "confirmed")]
    placed = _placed(rows.candidates, live, on) if placed_too else {}
    moving = {pair["pair_id"] for pair in placed.values()}
    others = [pair for pair in live if pair["pair_id"] not in moving]
    by_id = {offer["offer_id"]: offer for offer in rows.offers}
    standing = tuple(_match(pair, by_id, schools) for pair in placed.values())
    rules = _rules(programme.rules, on, rows.travel_times)
    taken, held = Counter(pair["offer_id"] for pair in others), Counter(match.offer_id for match in standing)
    offered = places(rows.offers, rows.not_open, schools, taken, held, rules)
    running = _at_the_time_of(offered.offers, others)
    by_trainee = _by_trainee(running)
    merged = {str(row["merged_id"]): str(row["kept_id"]) for row in rows.merges}
    then = past(rows.pairs, others, rows.earlier, rows.relations, rows.mentors, merged, schools)
    words = said(rows.said, merged, schools)
    ready = _ready(rows.candidates, {pair["referral_id"] for pair in live}, placed, by_trainee, offered)
    problem = Problem(
        trainees=tuple(
            _trainee(one, placed.get(id_), by_trainee.get(id_, ()), programme.rules, then, words)
            for id_, one in ready.items()
        ),
        offers=offered.offers,
        mentors=_mentors(rows, running, offered.offers, then, words, schools),
        schools=offered.schools,
        rules=rules,
        groups=offered.groups,
        locked=tuple(match for match in standing if placed[UUID(match.trainee_id)]["locked"]),
        standing=standing,
        factors=schools.factors(),
    )
    return Standing(
        problem=replace(problem, chosen=chosen(problem, words)),
        referrals={str(id_): one["referral_id"] for id_, one in ready.items()},
        offers=offered.rows,
        placed={str(id_): pair for id_, pair in placed.items()},
        trainees_left_out=_asked(rows.candidates, live, placed) - len(ready),
        offers_left_out=offered.left_out,
    )


def _placed(candidates: Iterable[Row], live: Iterable[Row], on: date) -> dict[UUID, Row]:
    """By trainee who could be placed, the last of their pairs in the programme that is not over."""
    referrals = {one["referral_id"] for one in candidates if _could_be_placed(one)}
    return {
        pair["trainee_id"]: pair
        for pair in sorted(live, key=lambda pair: pair["starts_on"])
        if pair["referral_id"] in referrals and pair["ends_on"] > on
    }


def _at_the_time_of(offers: Sequence[Offer], pairs: Iterable[Row]) -> list[Row]:
    """The pairs that share a day with the stretch of time over which the offers run."""
    first, last = _days_of(offers)
    return [pair for pair in pairs if pair["starts_on"] <= last and pair["ends_on"] >= first]


def _days_of(offers: Iterable[Offer]) -> tuple[date, date]:
    """The stretch of time over which the offers run; all of it where none says its days."""
    days = [(one.starts_on, one.ends_on) for one in offers if one.starts_on is not None and one.ends_on is not None]
    return min((first for first, _ in days), default=date.min), max((last for _, last in days), default=date.max)


def _by_trainee(pairs: Iterable[Row]) -> Mapping[UUID, Sequence[Row]]:
    found: dict[UUID, list[Row]] = defaultdict(list)
    for pair in pairs:
        found[pair["trainee_id"]].append(pair)
    return found


def _could_be_placed(candidate: Row) -> bool:
    return candidate["subject"] is not None and candidate["standing"] not in ("deferred", "withdrawn")


def _ready(
    candidates: Iterable[Row],
    taken: set[UUID],
    placed: Mapping[UUID, Row],
    running: Mapping[UUID, Sequence[Row]],
    offered: Places,
) -> dict[UUID, Row]:
    """Who is in the round, by trainee: placed already, or waiting, in training and free for an offer."""
    starts = [offer.starts_on for offer in offered.offers if offer.starts_on is not None]
    ready: dict[UUID, Row] = {}
    for one in candidates:
        id_ = one["trainee_id"]
        if not _could_be_placed(one):
            continue
        if id_ in placed:
            if one["referral_id"] == placed[id_]["referral_id"]:
                ready[id_] = one
        elif one["referral_id"] not in taken:
            free = free_from(running.get(id_, ()))
            if free is None or any(start >= free for start in starts):
                ready.setdefault(id_, one)
    return ready


def _asked(candidates: Sequence[Row], live: Iterable[Row], placed: Mapping[UUID, Row]) -> int:
    """How many candidates the round is for."""
    out = {pair["referral_id"] for pair in live} - {pair["referral_id"] for pair in placed.values()}
    return sum(one["referral_id"] not in out for one in candidates)


def _trainee(
    candidate: Row, pair: Row | None, running: Sequence[Row], rules: known.Rules, then: Past, words: Said
) -> Trainee:
    found = trainee(candidate, free_from(running), rules, then, words)
    # whose pair stands takes what they were given, should the programme's number have changed since
    return found if pair is None else replace(found, hours_a_week=pair["mentor_hours_per_week"])


def _mentors(
    rows: Rows, running: Iterable[Row], offers: Sequence[Offer], then: Past, words: Said, schools: Schools
) -> tuple[Mentor, ...]:
    taken = hours_beside(rows.supports, *_days_of(offers))
    for pair in running:
        taken[pair["mentor_id"]] += pair["mentor_hours_per_week"]
    trained = {row["mentor_id"] for row in rows.trained}
    at: dict[str, list[Offer]] = defaultdict(list)
    for offer in offers:
        at[offer.school_urn].append(offer)
    return tuple(
        mentor(
            row,
            taken[row["mentor_id"]],
            row["mentor_id"] in trained,
            at.get(schools.now(row["school_urn"]), ()),
            then,
            words,
            schools,
        )
        for row in rows.mentors
    )


def travel(said: known.Rules, travel_times: Iterable[Row]) -> Travel:
    """How long ways take by a programme's rules and the partnership's table of times."""
    usual = Travel()
    return Travel(
        detour_factor=said.detour_factor or usual.detour_factor,
        kmh={**usual.kmh, **said.travel_speeds},
        caps=said.travel_caps,
        minutes={row["place"]: row["minutes"] for row in travel_times},
    )


def _rules(said: known.Rules, on: date, travel_times: Iterable[Row]) -> Rules:
    return Rules(
        hours_per_trainee_week=said.mentor_hours_per_trainee_week,
        weights=said.weights,
        travel=travel(said, travel_times),
        contrast=said.contrast or EVENLY,
        conflicts=frozenset(said.conflicts),
        asks_training=said.asks_training,
        asks_qts=said.asks_qts,
        on=on,
        offer_stale_days=said.offer_stale_days,
        leave_stale_offers_out=said.leave_stale_offers_out,
    )


def _match(pair: Row, offers: Mapping[UUID, Row], schools: Schools) -> Match:
    offer, urn = offers.get(pair["offer_id"]), schools.now(pair["school_urn"])
    # an offer that is gone is none of this round's, and its pair cannot stand
    id_ = str(pair["offer_id"]) if offer is None else offer_at(offer, urn, schools)
    return Match(str(pair["trainee_id"]), str(pair["mentor_id"]), id_)
