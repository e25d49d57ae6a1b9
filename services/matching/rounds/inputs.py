"""The input of a round: from rows to the problem that the solver is given."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from uuid import UUID

from services.matching.domain.programmes import ProgrammeKnown
from services.matching.projections.offers import OfferRow
from services.matching.projections.travel_times import TravelTimesRow
from services.matching.rounds.hours import hours_given
from services.matching.rounds.people import History, first_free_day, history_of, mentor_of, trainee_of
from services.matching.rounds.places import Places, offer_at, offered_places
from services.matching.rounds.rows import Candidate, RoundPair, Rows
from services.matching.rounds.schools import Schools
from services.matching.rounds.wishes import Wishes, mutual_choices, wishes_of
from services.matching.solver import Match, Mentor, Offer, Problem, Rules, Travel
from services.matching.solver.contrast import EVENLY
from shared.events.referral import ProgrammeRules


@dataclass(frozen=True)
class RoundInput:
    """The problem to solve, and the rows that its ids stand for.

    `referrals` has the referral by which each trainee waits or was placed, `offers` the row by the solver's id (of an
    offer that schools share, each school's, with its own `school_urn`), `placed` the live pair of each trainee who has
    one and is part of the round. `leaving` are the pairs, in `placed` too, of trainees who have left by that day: a
    repair withdraws them.

    A trainee who wants another mentor waits for one while their pair goes on. Left out are trainees whose record has
    not arrived, who are deferred or withdrawn, who have a placement at that time or are in the round by another
    referral; and offers that no school can host, because its position is not known, it is closed, or it stated later
    that it does not host.
    """

    problem: Problem
    referrals: Mapping[str, UUID]
    offers: Mapping[str, OfferRow]
    placed: Mapping[str, RoundPair]
    trainees_left_out: int
    offers_left_out: int
    leaving: tuple[Match, ...] = ()

    @cached_property
    def _own_hours(self) -> Mapping[str, float | None]:
        return {trainee.id: trainee.hours_a_week for trainee in self.problem.trainees}

    def hours_a_week(self, trainee_id: str) -> float:
        """Return the hours a week that a trainee of the round takes of a mentor."""
        return self._own_hours[trainee_id] or self.problem.rules.hours_per_trainee_week


def round_input(programme: ProgrammeKnown, on: date, rows: Rows, *, include_placed: bool = False) -> RoundInput:
    """Make the input of a round on a day: the capacity is what is offered less what live pairs take.

    With `include_placed`, for a repair, trainees whom the programme has placed already are part of the round. Their
    pairs are `standing`, locked ones also `locked`, and what these take is not subtracted. A trainee who was placed
    more than once is in by the last placement. What ends early takes hours of its mentor until it is over by `on`.
    """
    schools = Schools.of(rows)
    live = [pair for pair in rows.pairs if pair.is_live]
    placed = _placed(rows.candidates, live, on) if include_placed else {}
    left = _of_leavers(rows.candidates, live, on) if include_placed else {}
    moving = {pair.pair_id for pair in (*placed.values(), *left.values())}
    others = [pair for pair in live if pair.pair_id not in moving]
    rules = _rules(programme.rules, on, rows.travel_times)
    standing = _matches(placed.values(), rows.offers, schools)
    offered = offered_places(rows, schools, others, Counter(match.offer_id for match in standing), rules)
    running = _at_the_time_of(offered.offers, others)
    by_trainee = _by_trainee(pair for pair in running if not pair.is_sought_for)
    history, wishes = history_of(rows, others, schools), wishes_of(rows)
    holding = [pair for pair in live if not pair.is_sought_for]
    ready = _ready(rows.candidates, {pair.referral_id for pair in holding}, placed, by_trainee, offered)
    problem = Problem(
        trainees=tuple(
            trainee_of(candidate, by_trainee.get(id_, ()), placed.get(id_), programme.rules, history, wishes)
            for id_, candidate in ready.items()
        ),
        offers=offered.offers,
        mentors=_mentors(rows, running, offered.offers, history, wishes, schools, on),
        schools=offered.schools,
        rules=rules,
        groups=offered.groups,
        locked=tuple(match for match in standing if placed[UUID(match.trainee_id)].locked),
        standing=standing,
        factors=schools.factors(),
    )
    return RoundInput(
        problem=replace(problem, chosen=mutual_choices(problem, wishes)),
        referrals={str(id_): candidate.referral_id for id_, candidate in ready.items()},
        offers=offered.rows,
        placed={str(id_): pair for id_, pair in (placed | left).items()},
        trainees_left_out=_count_candidates(rows.candidates, holding, placed) - len(ready),
        offers_left_out=offered.left_out,
        leaving=_matches(left.values(), rows.offers, schools),
    )


def waiting_candidates(rows: Rows) -> list[Candidate]:
    """List whom a round would match now, as `round_input` does: each trainee who waits and is ready once."""
    schools = Schools.of(rows)
    live = [pair for pair in rows.pairs if pair.is_live]
    # of the rules only the age of an offer matters here, and only for pairs that a repair would keep
    offered = offered_places(rows, schools, live, {}, Rules(hours_per_trainee_week=1))
    holding = [pair for pair in live if not pair.is_sought_for]
    running = _by_trainee(_at_the_time_of(offered.offers, holding))
    return list(_ready(rows.candidates, {pair.referral_id for pair in holding}, {}, running, offered).values())


def _placed(candidates: Iterable[Candidate], live: Iterable[RoundPair], on: date) -> dict[UUID, RoundPair]:
    """By trainee who can be placed, the last of their pairs in the programme that is not over."""
    referrals = {candidate.referral_id for candidate in candidates if _can_be_placed(candidate)}
    return {
        pair.trainee_id: pair
        for pair in sorted(live, key=lambda pair: (not pair.is_sought_for, pair.starts_on))
        if pair.referral_id in referrals and pair.ends_on > on
    }


def _of_leavers(candidates: Iterable[Candidate], live: Iterable[RoundPair], on: date) -> dict[UUID, RoundPair]:
    """By trainee who has left by a day, the first of their pairs in the programme that is not over."""
    referrals = {candidate.referral_id for candidate in candidates if candidate.has_left_by(on)}
    return {
        pair.trainee_id: pair
        for pair in sorted(live, key=lambda pair: pair.starts_on, reverse=True)
        if pair.referral_id in referrals and pair.ends_on > on
    }


def _at_the_time_of(offers: Sequence[Offer], pairs: Iterable[RoundPair]) -> list[RoundPair]:
    """The pairs that share a day with the stretch of time over which the offers run."""
    first, last = _days_of(offers)
    return [pair for pair in pairs if pair.starts_on <= last and pair.ends_on >= first]


def _days_of(offers: Iterable[Offer]) -> tuple[date, date]:
    """The stretch of time over which the offers run; all of time where none has dates."""
    days = [
        (offer.starts_on, offer.ends_on)
        for offer in offers
        if offer.starts_on is not None and offer.ends_on is not None
    ]
    return min((first for first, _ in days), default=date.min), max((last for _, last in days), default=date.max)


def _by_trainee(pairs: Iterable[RoundPair]) -> Mapping[UUID, Sequence[RoundPair]]:
    by_trainee: dict[UUID, list[RoundPair]] = defaultdict(list)
    for pair in pairs:
        by_trainee[pair.trainee_id].append(pair)
    return by_trainee


def _can_be_placed(candidate: Candidate) -> bool:
    return candidate.record is not None and not candidate.is_away


def _ready(
    candidates: Iterable[Candidate],
    taken: set[UUID],
    placed: Mapping[UUID, RoundPair],
    running: Mapping[UUID, Sequence[RoundPair]],
    offered: Places,
) -> dict[UUID, Candidate]:
    """The candidates of the round, by trainee: placed already, or waiting, in training and free for an offer."""
    starts = [offer.starts_on for offer in offered.offers if offer.starts_on is not None]
    ready: dict[UUID, Candidate] = {}
    for candidate in candidates:
        id_ = candidate.trainee_id
        if not _can_be_placed(candidate):
            continue
        if id_ in placed:
            if candidate.referral_id == placed[id_].referral_id:
                ready[id_] = candidate
        elif candidate.referral_id not in taken:
            free = first_free_day(running.get(id_, ()))
            if free is None or any(start >= free for start in starts):
                ready.setdefault(id_, candidate)
    return ready


def _count_candidates(
    candidates: Sequence[Candidate], live: Iterable[RoundPair], placed: Mapping[UUID, RoundPair]
) -> int:
    """How many candidates the round is for."""
    out = {pair.referral_id for pair in live} - {pair.referral_id for pair in placed.values()}
    return sum(candidate.referral_id not in out for candidate in candidates)


def _mentors(
    rows: Rows,
    running: Iterable[RoundPair],
    offers: Sequence[Offer],
    history: History,
    wishes: Wishes,
    schools: Schools,
    on: date,
) -> tuple[Mentor, ...]:
    hours = hours_given(running, rows, *_days_of(offers), on)
    offers_at: dict[str, list[Offer]] = defaultdict(list)
    for offer in offers:
        offers_at[offer.school_urn].append(offer)
    return tuple(
        mentor_of(mentor, hours[mentor.record.mentor_id], offers_at, history, wishes, schools)
        for mentor in rows.mentors
    )


def travel_rules(rules: ProgrammeRules, travel_times: Iterable[TravelTimesRow]) -> Travel:
    """Return how long journeys take by a programme's rules and the partnership's table of times."""
    default = Travel()
    return Travel(
        detour_factor=rules.detour_factor or default.detour_factor,
        kmh={**default.kmh, **rules.travel_speeds},
        caps=rules.travel_caps,
        minutes={row.place: row.minutes for row in travel_times},
    )


def _rules(rules: ProgrammeRules, on: date, travel_times: Iterable[TravelTimesRow]) -> Rules:
    return Rules(
        hours_per_trainee_week=rules.mentor_hours_per_trainee_week,
        weights=rules.weights,
        travel=travel_rules(rules, travel_times),
        contrast=rules.contrast or EVENLY,
        conflicts=frozenset(rules.conflicts),
        asks_training=rules.asks_training,
        asks_qts=rules.asks_qts,
        same_school_again=rules.same_school_again,
        schools_at_least=rules.schools_at_least or 1,
        on=on,
        offer_stale_days=rules.offer_stale_days,
        leave_stale_offers_out=rules.leave_stale_offers_out,
    )


def _matches(pairs: Iterable[RoundPair], offers: Iterable[OfferRow], schools: Schools) -> tuple[Match, ...]:
    by_id = {offer.offer_id: offer for offer in offers}

    def match(pair: RoundPair) -> Match:
        offer, urn = by_id.get(pair.offer_id), schools.current(pair.school_urn)
        # an offer that is gone is not part of the round, and its pair cannot stay
        id_ = str(pair.offer_id) if offer is None else offer_at(offer, urn, schools)
        return Match(str(pair.trainee_id), str(pair.mentor_id), id_)

    return tuple(match(pair) for pair in pairs)
