"""Figures of trainees, plainly from what is known: placements, requirements, progress, and early warnings."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from math import ceil
from typing import Any, get_args
from uuid import UUID

from services.reporting.views.placement_statuses import REASONS_OF_ENDED_PAIRS
from shared.calendar import is_working_day
from shared.events.sessions import AssessmentSubmitted, DayRecorded
from shared.events.words import Judgement, Standard
from shared.rulebook import rule
from tests.integration.reporting.recomputation.known import Known, Pair, Referral, Relationship
from tests.integration.reporting.recomputation.mentoring_figures import (
    Row,
    caseload_summary,
    deliveries,
    is_closed,
    meetings_by_school,
    misses_in_a_row,
    number,
    open_targets,
    sentence_day,
    targets,
)

STATUSES = ("referred", "accepted", "declined", "proposed", "placed", "unplaced", "deferred", "withdrawn")
STANDARDS: tuple[Standard, ...] = get_args(Standard)
JUDGEMENTS: tuple[Judgement, ...] = get_args(Judgement)
SOON, RECENT = 28, 21


def placements(known: Known, as_of: date) -> list[Row]:
    """Return the placement status of every trainee in every programme."""
    referrals = [
        each
        for each in known.referrals.values()
        if known.is_there(each.trainee_id) and each.steps.get("made", as_of) <= as_of
    ]
    pairs = [
        each
        for each in known.pairs.values()
        if known.is_there(each.trainee_id) and known.is_there(each.mentor_id) and _first_day(each) <= as_of
    ]
    rounds = [each for each in known.rounds.values() if known.is_there(each.trainee_id) and each.happened_on <= as_of]
    everything: list[Any] = [*referrals, *pairs, *rounds]
    who = {(each.programme_id, known.current_record(each.trainee_id)) for each in everything}
    rows = []
    for programme_id, trainee_id in who:

        def is_theirs(each: Any, of: tuple[UUID, UUID] = (programme_id, trainee_id)) -> bool:
            return (each.programme_id, known.current_record(each.trainee_id)) == of

        own = [each for each in referrals if is_theirs(each)]
        void = {each.referral_id for each in referrals if _is_void(each, as_of)}
        of_pairs = [
            each for each in pairs if is_theirs(each) and (_end_of(each, as_of) is None or each.referral_id not in void)
        ]
        of_rounds = [each for each in rounds if is_theirs(each) and each.referral_id not in void]
        pair = max(of_pairs, key=lambda each: _rank(each, as_of), default=None)
        is_open = pair is not None and _end_of(pair, as_of) is None
        if own and all(each.referral_id in void for each in own) and not is_open:
            continue
        if not (own or of_pairs or of_rounds):
            continue
        rows.append(_placement(known, programme_id, trainee_id, as_of, own, void, pair, of_rounds))
    return rows


def _placement(
    known: Known,
    programme_id: UUID,
    trainee_id: UUID,
    as_of: date,
    referrals: list[Referral],
    void: set[UUID],
    pair: Pair | None,
    rounds: list[Any],
) -> Row:
    row: Row = dict.fromkeys(
        ("reason", "explanation", "would_help", "since", "pair_id", "mentor_id", "school_urn", "school_name")
    )
    row |= dict.fromkeys(("travel_minutes", "starts_on", "ends_on"))
    trainee = known.trainee(trainee_id)
    row |= {"programme_id": programme_id, "trainee_id": trainee_id}
    row |= {"subject": trainee and trainee.subject, "phase": trainee and trainee.phase}
    open_referrals = [each for each in referrals if each.referral_id not in void]
    ended_on = pair and _end_of(pair, as_of)
    if pair is not None and ended_on is None:
        row["standing"] = "placed" if _by(pair.confirmed, as_of) else "proposed"
        row |= _terms(known, pair)
    elif pair is not None or rounds:
        row["standing"] = "unplaced"
        # of two rounds on a day either may be the last: the product chooses by the id
        last = min(rounds, key=lambda each: (-each.happened_on.toordinal(), each.round_id), default=None)
        if last is not None and (ended_on is None or last.happened_on >= ended_on):
            row |= {"reason": last.reason, "explanation": last.explanation}
            row["would_help"] = " ".join(last.remedies) or None
        else:
            assert pair is not None
            row["reason"] = _reason(pair, as_of)
            row["explanation"] = REASONS_OF_ENDED_PAIRS[row["reason"]]
    elif open_referrals and all(each.steps.get("declined", date.max) <= as_of for each in open_referrals):
        row["standing"] = "declined"
    elif any(each.steps.get("accepted", date.max) <= as_of for each in open_referrals):
        row["standing"] = "accepted"
    else:
        row["standing"] = "referred"
    away = [each for each in known.absences(trainee_id) if each.covers(as_of)]
    if away:
        last_away = max(away, key=lambda each: each.since or date.min)
        row |= {"standing": last_away.reason, "since": last_away.since}
        row |= dict.fromkeys(("reason", "explanation", "would_help"))
    return row


def _by(event: Any, as_of: date) -> bool:
    return event is not None and event.happened_on <= as_of


def _is_void(each: Referral, as_of: date) -> bool:
    return any(each.steps.get(step, date.max) <= as_of for step in ("withdrawn", "redirected"))


def _first_day(pair: Pair) -> date:
    """Return the day of the first step of a pair that is known."""
    steps = (pair.proposed, pair.confirmed, pair.declined, pair.lapsed, pair.withdrawn)
    return next(each.happened_on for each in steps if each is not None)


def _end_of(pair: Pair, as_of: date) -> date | None:
    ends = (pair.withdrawn, pair.declined, pair.lapsed)
    return next((each.happened_on for each in ends if each is not None and each.happened_on <= as_of), None)


def _rank(pair: Pair, as_of: date) -> tuple[Any, ...]:
    """Order pairs: a confirmed open one, another open one, the one that ended last."""
    ended_on, is_confirmed = _end_of(pair, as_of), _by(pair.confirmed, as_of)
    day = ended_on or (pair.confirmed.happened_on if is_confirmed and pair.confirmed else None)
    return ended_on is None, ended_on is None and is_confirmed, day or date.max, -pair.pair_id.int


def _reason(pair: Pair, as_of: date) -> str:
    if pair.withdrawn is not None and pair.withdrawn.happened_on <= as_of:
        return pair.withdrawn.reason
    return f"declined_by_{pair.declined.by}" if pair.declined is not None else "lapsed"


def _terms(known: Known, pair: Pair) -> Row:
    """Return what a pair says; the school is that of its last event."""
    confirmed, proposed = pair.confirmed, pair.proposed
    urn = confirmed.school_urn if confirmed else proposed.school_urn if proposed else None
    return {
        "pair_id": pair.pair_id,
        "mentor_id": known.current_record(pair.mentor_id),
        "school_urn": urn,
        "school_name": known.school_name(urn),
        "travel_minutes": proposed and proposed.travel_minutes,
        "starts_on": confirmed and confirmed.starts_on,
        "ends_on": confirmed and confirmed.ends_on,
    }


FACTORS = {
    "phase": "phase",
    "gender": "gender",
    "religious_character": "faith",
    "admissions_policy": "admissions",
    "urban_rural": "urban_rural",
}


def placement_requirements(known: Known, as_of: date) -> list[Row]:
    """Return what every trainee has and needs of days and schools."""
    return [_requirement(known, each.trainee_id, as_of) for each in known.current_trainees()]


def _requirement(known: Known, trainee_id: UUID, as_of: date) -> Row:
    trainee = known.trainee(trainee_id)
    assert trainee is not None
    halves = list(_halves_of(known, trainee_id))
    done = [half for day, half in halves if day <= as_of and half.state in ("logged", "confirmed", "accepted")]
    planned = [half for day, half in halves if day > as_of and half.state in ("planned", "returned")]

    def days(of: list[DayRecorded], kind: str, state: str | None = None) -> float:
        return sum(each.kind == kind and state in (None, each.state) for each in of) / 2

    route, on = trainee.training_route, trainee.course_starts_on or as_of
    names = {"days": "placement_days", "intensive": "intensive_practice_days", "schools": "placement_schools"}
    rules = {name: rule(id_, on, route=route) for name, id_ in names.items()}
    needed = {name: None if found is None else found.quantity for name, found in rules.items()}
    taught = {half.school_urn for half in done}
    if trainee_id in known.earlier_placements:
        taught |= {each.school_urn for each in known.earlier_placements[trainee_id].placements}
    pairs = {
        each.confirmed.school_urn
        for each in known.pairs.values()
        if known.is_there(each.mentor_id)
        and known.current_record(each.trainee_id) == trainee_id
        and each.confirmed is not None
        and each.confirmed.happened_on <= as_of
        and _end_of(each, as_of) is None
    }
    booked = taught | {half.school_urn for half in planned} | pairs
    have = {
        "days": (days(done, "general"), days(planned, "general")),
        "intensive": (days(done, "intensive"), days(planned, "intensive")),
        "schools": (len(taught), len(booked - taught)),
    }
    to_book = {name: None if of is None else max(of - sum(have[name]), 0) for name, of in needed.items()}
    days_to_book = (to_book["days"] or 0) + (to_book["intensive"] or 0)
    last_day = trainee.course_ends_on
    book_by = _book_by(last_day, ceil(days_to_book)) if last_day and days_to_book else None
    verdict = None
    if any(of is not None for of in needed.values()):
        is_late = (book_by is not None and book_by < as_of) or (last_day is not None and last_day < as_of)
        if all(of is None or have[name][0] >= of for name, of in needed.items()):
            verdict = "met"
        elif is_late:
            verdict = "too_late"
        else:
            verdict = "to_book" if any(to_book.values()) else "booked"
    return {
        "trainee_id": trainee_id,
        "training_route": route,
        "course_starts_on": trainee.course_starts_on,
        "course_ends_on": last_day,
        "verdict": verdict,
        "book_by": book_by,
        "days_needed": needed["days"],
        "days_done": days(done, "general"),
        **{f"days_{state}": days(done, "general", state) for state in ("logged", "confirmed", "accepted")},
        "days_planned": days(planned, "general"),
        "days_to_book": to_book["days"],
        "intensive_needed": needed["intensive"],
        "intensive_done": days(done, "intensive"),
        "intensive_planned": days(planned, "intensive"),
        "intensive_to_book": to_book["intensive"],
        "schools_needed": needed["schools"],
        "schools_taught_at": len(taught),
        "schools_booked": len(booked),
        "schools_to_book": to_book["schools"],
        "differ_in": tuple(name for column, name in FACTORS.items() if _differ(known, booked, column)),
    }


def _halves_of(known: Known, trainee_id: UUID) -> Iterator[tuple[date, DayRecorded]]:
    """Yield halves of days; one that two records of a person have counts once, as the record that is furthest says.

    The order of how far is that of the alphabet: accepted, confirmed, logged, planned, returned.
    """
    found: dict[tuple[date, str], list[DayRecorded]] = defaultdict(list)
    for (record_id, day, half), event in known.halves.items():
        if known.current_record(record_id) == trainee_id and event.state != "removed":
            found[day, half].append(event)
    for (day, _), events in found.items():
        yield day, min(events, key=lambda each: (each.state, each.kind, each.school_urn))


def _differ(known: Known, urns: set[str], column: str) -> bool:
    values = {getattr(known.schools[urn], column) for urn in urns if urn in known.schools}
    return len(values - {None}) > 1


def _book_by(last_day: date, working_days: int) -> date:
    """Return the day from which on there are so many working days up to and with the last."""
    day = last_day
    while True:
        working_days -= is_working_day(day)
        if not working_days:
            return day
        day -= timedelta(days=1)


def early_warnings(known: Known, as_of: date) -> list[Row]:
    """Return every fact that somebody should look into; what can be done about it is a text for each kind."""
    return [
        {**dict.fromkeys(("programme_id", "trainee_id", "mentor_id", "school_urn")), **each}
        | {"school_name": known.school_name(each.get("school_urn"))}
        for each in _warnings(known, as_of)
    ]


def _is_mentored(row: Row, of: Relationship, as_of: date) -> bool:
    """Whether a relationship that needs no placement is what somebody was referred for, and has not failed."""
    people = (of.trainee_id, of.mentor_id) if of.role == "peer" else (of.trainee_id,)
    if of.role in ("lead", "supporting") or of.programme_id != row["programme_id"] or row["trainee_id"] not in people:
        return False
    return of.ends_on >= as_of or of.ended_because in (None, "closed_in_review")


def _warnings(known: Known, as_of: date) -> Iterator[Row]:
    for row in placements(known, as_of):
        programme = known.programmes.get(row["programme_id"])
        if row["standing"] not in ("accepted", "unplaced") or row["reason"] == "closed_in_review" or programme is None:
            continue
        if any(_is_mentored(row, each, as_of) for each in known.current_relationships()):
            continue
        if programme.starts_on <= as_of + timedelta(days=SOON) and as_of <= programme.ends_on:
            yield {
                "kind": "without_placement",
                "about_id": row["trainee_id"],
                "trainee_id": row["trainee_id"],
                "programme_id": row["programme_id"],
                "since": programme.starts_on,
                "fact": "Accepted and without a placement; the programme begins on "
                f"{sentence_day(programme.starts_on)}.",
            }
    running = [each for each in deliveries(known, as_of) if each.active]
    for each in running:
        names = ("programme_id", "trainee_id", "mentor_id", "school_urn")
        about = {"about_id": each.of.relationship_id, **{name: getattr(each.of, name) for name in names}}
        if each.not_recorded >= 2 and (as_of - each.missing_weeks[-1]).days <= RECENT:
            yield {
                "kind": "meetings_not_recorded",
                **about,
                "since": each.missing_weeks[0],
                "fact": f"{each.not_recorded} meetings that were due are not recorded, the last in the week from "
                f"{sentence_day(each.missing_weeks[-1])}.",
            }
        missed = misses_in_a_row(each)
        if len(missed) >= 2:
            yield {
                "kind": "missed_in_a_row",
                **about,
                "since": min(meeting.happened_on for meeting in missed),
                "fact": f"{len(missed)} meetings in a row were missed.",
            }
    for mentor in known.current_mentors():
        own = [each.of for each in running if each.of.mentor_id == mentor.mentor_id]
        minutes = sum(each.minutes_per_week for each in own)
        if own and minutes > round(mentor.capacity_hours * 60):
            yield {
                "kind": "over_capacity",
                "about_id": mentor.mentor_id,
                "mentor_id": mentor.mentor_id,
                "school_urn": mentor.school_urn,
                "since": max(each.starts_on for each in own),
                "fact": f"Gives {number(minutes / 60)} hours a week, and has {number(mentor.capacity_hours)}.",
            }
    yield from _not_on_track(known, as_of)
    for row in placement_requirements(known, as_of):
        is_soon = row["book_by"] is not None and row["book_by"] <= as_of + timedelta(days=SOON)
        if row["verdict"] in ("to_book", "too_late") and is_soon:
            yield {
                "kind": "days_to_book",
                "about_id": row["trainee_id"],
                "trainee_id": row["trainee_id"],
                "since": row["book_by"],
                "fact": f"{number((row['days_to_book'] or 0) + (row['intensive_to_book'] or 0))} days are neither "
                "done nor planned.",
            }


def _not_on_track(known: Known, as_of: date) -> Iterator[Row]:
    there = {each.relationship_id: each for each in known.current_relationships()}
    by_trainee: dict[UUID, list[AssessmentSubmitted]] = defaultdict(list)
    for each in assessments(known, as_of):
        if each.relationship_id in there:
            by_trainee[known.current_record(each.trainee_id)].append(each)
    for trainee_id, own in by_trainee.items():
        last = _last(own)
        standards = sorted(name for name, judgement in last.judgements.items() if judgement == "not_on_track")
        if standards:
            yield {
                "kind": "not_on_track",
                "about_id": trainee_id,
                "trainee_id": trainee_id,
                "programme_id": there[last.relationship_id].programme_id,
                "school_urn": there[last.relationship_id].school_urn,
                "since": last.happened_on,
                "fact": f"The last assessment says not on track in {', '.join(standards)}.",
            }


def assessments(known: Known, as_of: date) -> list[AssessmentSubmitted]:
    """Return the assessments up to a day of trainees who are there."""
    return [
        each for each in known.assessments.values() if each.happened_on <= as_of and known.is_there(each.trainee_id)
    ]


def _last(of: list[AssessmentSubmitted]) -> AssessmentSubmitted:
    """Return the last of some assessments; of several on a day, that with the first id."""
    return min(of, key=lambda each: (-each.happened_on.toordinal(), each.assessment_id))


def progress(known: Known, as_of: date, trainee_id: UUID, schools: frozenset[str] | None) -> Row | None:
    """Return judgements, gaps and targets of a trainee in relationships at these schools, None for all; None where
    there is nothing to see of them.
    """
    there = [each for each in known.current_relationships() if each.trainee_id == trainee_id]
    if schools is not None:
        there = [each for each in there if each.school_urn in schools]
    if not there and (schools is not None or known.trainee(trainee_id) is None):
        return None
    in_scope = (
        None
        if schools is None
        else {each.relationship_id for each in known.current_relationships() if each.school_urn in schools}
    )

    def is_seen(each: Any) -> bool:
        return known.current_record(each.trainee_id) == trainee_id and (
            in_scope is None or each.relationship_id in in_scope
        )

    judged = sorted(
        (each for each in assessments(known, as_of) if is_seen(each)),
        key=lambda each: (each.happened_on, each.assessment_id),
    )
    standards = {
        standard: [
            {
                "assessment_id": each.assessment_id,
                "kind": each.kind,
                "assessed_on": each.happened_on,
                "judgement": each.judgements[standard],
            }
            for each in judged
            if standard in each.judgements
        ]
        for standard in STANDARDS
    }
    seen = [each for each in targets(known, as_of) if is_seen(each)]
    still_open = [each for each in open_targets(known, as_of) if is_seen(each)]
    return {
        "trainee_id": trainee_id,
        "standards": standards,
        "gaps": [
            {
                "standard": standard,
                "judgement": found[-1]["judgement"] if found else None,
                "since": found[-1]["assessed_on"] if found else None,
                "open_targets": sum(
                    standard in each.last_set.standards for each in still_open if each.last_set is not None
                ),
            }
            for standard, found in standards.items()
            if not found or found[-1]["judgement"] != "on_track"
        ],
        "targets": {
            "set": len(seen),
            "reviewed": sum(_by(each.last_review, as_of) for each in seen),
            **{
                status: sum(
                    is_closed(each, as_of) and each.last_review is not None and each.last_review.status == status
                    for each in seen
                )
                for status in ("met", "dropped")
            },
            "open": len(still_open),
            "overdue": sum(each.last_set is not None and each.last_set.due_on < as_of for each in still_open),
        },
    }


def progress_summary(known: Known, as_of: date, programme_id: UUID) -> Row:
    """Return how many trainees of a programme were last judged how in each standard."""
    here = {each.relationship_id for each in known.current_relationships() if each.programme_id == programme_id}
    own: dict[UUID, list[AssessmentSubmitted]] = defaultdict(list)
    for each in assessments(known, as_of):
        if each.relationship_id in here:
            own[known.current_record(each.trainee_id)].append(each)
    counts: dict[str, Counter[str]] = {standard: Counter() for standard in STANDARDS}
    for standard in STANDARDS:
        for found in own.values():
            judged = [each for each in found if standard in each.judgements]
            if judged:
                counts[standard][_last(judged).judgements[standard]] += 1
    return {
        "trainees_assessed": sum(any(each.judgements for each in found) for found in own.values()),
        "standards": {
            standard: {judgement: counts[standard][judgement] for judgement in JUDGEMENTS} for standard in STANDARDS
        },
    }


def programme_report(known: Known, as_of: date, programme_id: UUID) -> Row:
    """Return the page on a programme, with every placement."""
    programme = known.programmes[programme_id]
    rows = sorted(
        (each for each in placements(known, as_of) if each["programme_id"] == programme_id),
        key=lambda each: each["trainee_id"],
    )
    reasons = Counter(each["reason"] for each in rows if each["standing"] == "unplaced" and each["reason"])
    names = ("programme_id", "title", "academic_year", "starts_on", "ends_on")
    return {
        "programme": {name: getattr(programme, name) for name in names},
        "standings": {status: sum(each["standing"] == status for each in rows) for status in STATUSES},
        "unplaced_by_reason": dict(reasons),
        "placements": rows,
        "next": None,
        "caseload": caseload_summary(known, as_of, programme_id),
        "meetings_by_school": meetings_by_school(known, as_of, programme_id),
        "progress": progress_summary(known, as_of, programme_id),
    }
