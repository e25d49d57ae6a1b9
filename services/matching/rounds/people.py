"""Convert candidates and mentors into the trainees and mentors of the solver."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from services.matching.rounds.rows import Candidate, MentorRecord, RoundPair, Rows
from services.matching.rounds.schools import Schools
from services.matching.rounds.wishes import Wishes
from services.matching.solver import Mentor, MentorSchool, Offer, Point, Trainee
from shared.calendar import day_after
from shared.events.referral import Availability, ProgrammeRules
from shared.events.words import Priority

CLASSES: Mapping[Priority, int] = {"urgent": 0, "usual": 1, "flexible": 2}
"""The solver's class of priority."""

Days = tuple[date | None, date | None]


@dataclass(frozen=True, slots=True)
class History:
    """Refusals, earlier schools, earlier mentors and former schools by trainee's id; relations by mentor's id.

    A former school is a school that the trainee went to as a pupil: a mentor of it is recorded with that relation.
    """

    refused: Mapping[UUID, set[str]] = field(default_factory=lambda: defaultdict(set))
    schools: Mapping[UUID, dict[str, None]] = field(default_factory=lambda: defaultdict(dict))
    mentors: Mapping[UUID, set[str]] = field(default_factory=lambda: defaultdict(set))
    former: Mapping[UUID, set[str]] = field(default_factory=lambda: defaultdict(set))
    relations: Mapping[UUID, set[tuple[str, str]]] = field(default_factory=lambda: defaultdict(set))


def history_of(rows: Rows, others: Iterable[RoundPair], schools: Schools) -> History:
    """Collect the history of all people; `others` are the trainees' live pairs that are not part of the round.

    A later placement than the one that is sought counts as well: the two contrast whichever comes first.
    """
    history = History()
    for trainee_id, urns in rows.earlier_schools.items():
        history.schools[trainee_id].update((schools.current(urn), None) for urn in urns)
    for pair in others:
        if pair.is_sought_for:  # another mentor is wanted, not another school
            history.refused[pair.trainee_id].add(str(pair.mentor_id))
            continue
        history.schools[pair.trainee_id][schools.current(pair.school_urn)] = None
        history.mentors[pair.trainee_id].add(str(pair.mentor_id))
    for pair in rows.pairs:
        if pair.is_refused:
            history.refused[pair.trainee_id].add(str(pair.mentor_id))
    school_of = {one.record.mentor_id: schools.current(one.record.school_urn) for one in rows.mentors}
    for mentor_id, relations in rows.relations.items():
        for related in relations:
            other = rows.identities.person(related.other_id)
            history.relations[mentor_id].add((str(other), related.kind))
            if related.kind == "former_school" and mentor_id in school_of:
                history.former[other].add(school_of[mentor_id])
    return history


def first_free_day(running: Sequence[RoundPair]) -> date | None:
    """Return the day after the last of these placements; None where there is none."""
    last = max((pair.ends_on for pair in running), default=None)
    return None if last is None else day_after(last)


def trainee_of(
    candidate: Candidate,
    running: Sequence[RoundPair],
    pair: RoundPair | None,
    rules: ProgrammeRules,
    history: History,
    wishes: Wishes,
) -> Trainee:
    """Convert a candidate into a trainee of the solver; `running` are their placements at the time of the round.

    A trainee whose own `pair` is part of the round needs the hours that the pair was given.
    """
    id_, record = candidate.trainee_id, candidate.record
    assert record is not None
    barred, barred_schools = wishes.barred.get(str(id_), frozenset()), wishes.barred_schools.get(str(id_), frozenset())
    return Trainee(
        id=str(id_),
        subject=record.subject,
        phase=record.phase,
        home=Point(record.home_easting, record.home_northing),
        travel_mode=record.travel_mode,
        travel_limit_minutes=record.travel_limit_minutes,
        route=record.route_kind or "",
        place=record.home_area,
        priority=CLASSES[candidate.priority],
        hours_a_week=pair.mentor_hours_per_week if pair else candidate.mentor_hours_per_week,
        available_from=max(filter(None, (first_free_day(running), record.course_starts_on)), default=None),
        available_until=record.course_ends_on,
        barred_mentors=frozenset(history.refused.get(id_, ())) | barred,
        barred_schools=barred_schools,
        vetoed=barred | barred_schools,
        earlier_schools=tuple(history.schools.get(id_, ())),
        placements_left=record.placements_left,
        year_groups=frozenset(record.year_groups),
        send_placement=candidate.send_placement,
        earlier_mentors=frozenset(history.mentors.get(id_, ())),
        former_schools=frozenset(history.former.get(id_, ())),
        needs=frozenset(facet for reason in candidate.reasons for facet in rules.facets_by_reason.get(reason, ())),
        situation=frozenset(record.situation),
        wishes=wishes.wished.get(str(id_), ()),
        left_over=candidate.left_over,
    )


def mentor_of(
    mentor: MentorRecord,
    hours: float,
    offers_at: Mapping[str, Sequence[Offer]],
    history: History,
    wishes: Wishes,
    schools: Schools,
) -> Mentor:
    """Convert a mentor into a mentor of the solver; `hours` a week are those of live pairs and supports.

    A mentor without recorded training or qualified teacher status counts as without: a programme that asks for it wants
    to see it.
    """
    record, terms = mentor.record, mentor.terms
    given = hours + mentor.load_hours
    mentor_schools = _schools_of(mentor, schools)
    offers = [offer for urn in {one.urn for one in mentor_schools} for offer in offers_at.get(urn, ())]
    first, last = _available(terms.available if terms else (), offers)
    return Mentor(
        id=str(record.mentor_id),
        schools=mentor_schools,
        subjects=frozenset(record.subjects),
        phases=frozenset(record.phases),
        capacity_hours=max(0.0, record.capacity_hours - given),
        volunteer=record.volunteer,
        available_from=first,
        available_until=last,
        trained=mentor.has_training or record.trained_on is not None,
        has_qts=bool(record.has_qts),
        relations=frozenset(history.relations.get(record.mentor_id, ())),
        facets=None if terms is None else frozenset(terms.facets),
        situation=frozenset(record.situation),
        load_hours=given,
        wishes=wishes.wished.get(str(record.mentor_id), ()),
    )


def _schools_of(mentor: MentorRecord, schools: Schools) -> tuple[MentorSchool, ...]:
    """The schools of a mentor with their days: periods at one school that meet are one period."""
    if not mentor.record.periods:
        return (MentorSchool(schools.current(mentor.record.school_urn)),)
    periods: dict[str, list[Days]] = defaultdict(list)
    for period in mentor.record.periods:
        periods[schools.current(period.school_urn)].append((period.starts_on, period.ends_on))
    return tuple(MentorSchool(urn, *days) for urn, all_days in periods.items() for days in _joined(all_days))


def _available(available: Sequence[Availability], offers: Sequence[Offer]) -> Days:
    """Of the periods in which a mentor is available, the one that contains most of these offers.

    The solver takes one period: it cannot tell the hours of another from the hours of this one.
    """
    periods = _joined([(one.starts_on, one.ends_on) for one in available])

    def count(days: Days) -> int:
        first, last = days
        return sum(
            first <= offer.starts_on and offer.ends_on <= last
            for offer in offers
            if first is not None and last is not None and offer.starts_on is not None and offer.ends_on is not None
        )

    if not periods:
        return None, None
    # nearly every mentor has one, and counting offers for each of a country's mentors takes time
    return periods[0] if len(periods) == 1 else max(periods, key=count)


def _joined(periods: Iterable[Days]) -> list[Days]:
    """The periods in order, with those that overlap or touch joined; None is no limit."""
    joined: list[Days] = []
    for first, last in sorted(periods, key=lambda days: days[0] or date.min):
        if joined and (joined[-1][1] is None or first is None or first <= day_after(joined[-1][1])):
            begins, ends = joined[-1]
            joined[-1] = begins, None if ends is None or last is None else max(ends, last)
        else:
            joined.append((first, last))
    return joined
