"""Where a teacher's induction stands: terms served, extension by absences, and what is due in which term.

Source: statutory guidance on induction 2.30 to 2.36 (length, part-time), 2.48 to 2.62 (reviews and assessments), 3.6
and 3.7 (absences). The numbers are dated rules; terms, kinds of absence and kinds of assessment are the programme's.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import lru_cache
from itertools import groupby

from shared.calendar import is_working_day, working_days_after, working_days_between
from shared.events.practices import DatedRule, FormalAssessment, InductionRules
from shared.events.words import AssessmentKind
from shared.rulebook import Rule, rule

_DAY = timedelta(days=1)
LONGEST = timedelta(days=366 * 15)
"""How far an induction is followed into the future: part-time at a quarter takes eight years."""
LONGEST_TERMS = 18
"""No induction, with its extension, is three times as long as two years."""


@dataclass(frozen=True, slots=True)
class Period:
    """A period at a school, with its share of full time in per cent; without a last day it goes on."""

    school_urn: str
    starts_on: date
    ends_on: date | None
    full_time_percent: int

    def covers(self, day: date) -> bool:
        """Whether the period has this day."""
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


@dataclass(frozen=True, slots=True)
class Absence:
    """An absence from a first day on, with the days of work that it took; `exempt` ones extend nothing."""

    since: date
    days: float
    exempt: bool


@dataclass(frozen=True, slots=True)
class Term:
    """A term of the programme, from a day to a day."""

    title: str
    starts_on: date
    ends_on: date

    @property
    def middle(self) -> date:
        """The day half-way through the term."""
        return self.starts_on + (self.ends_on - self.starts_on) / 2


@dataclass(frozen=True, slots=True)
class ServedDay:
    """A working day of service in a term, with its share of full time, and the terms that are served with it."""

    day: date
    term: Term
    percent: int
    total: Fraction


@dataclass(frozen=True, slots=True)
class YearOfAbsence:
    """The days of absence that count in an induction year, the number at which they extend it, and by how much."""

    year: int
    days: float
    limit: float | None
    extends_by: float


@dataclass(frozen=True, slots=True)
class DueInInduction:
    """An assessment that is due at a day of a term."""

    kind: AssessmentKind
    term: str
    due_on: date


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an induction stands on a day.

    `counting` says of each period whether it counts. `ends_on` is the day on which length and extension are served, or
    will be if the last period goes on as it is; None where it does not go on.
    """

    length: float
    length_rule: Rule | None
    terms_served: float
    counting: tuple[bool, ...]
    years: tuple[YearOfAbsence, ...]
    extension_days: float
    ends_on: date | None
    due: tuple[DueInInduction, ...]


def stand(rules: InductionRules, periods: Sequence[Period], absences: Sequence[Absence], today: date) -> Standing:
    """Return where an induction stands today; `periods` are in the order of their first days, at least one of them."""
    first = periods[0].starts_on
    length_rule = _rule_on(rules.length, first)
    length = Fraction(length_rule.quantity) if length_rule else Fraction(len(rules.terms) * 2)
    counting = _counting(rules, periods)
    counted = [period for period, counts in zip(periods, counting, strict=True) if counts]
    served = _days_served(rules, counted)
    years = _years(rules, absences, served, int(length))
    extension = sum(year.extends_by for year in years)
    ends_on = _end(served, length, extension)
    last = today if ends_on is None else min(today, ends_on)
    return Standing(
        length=float(length),
        length_rule=length_rule,
        terms_served=_rounded(_served_by(served, last)),
        counting=counting,
        years=years,
        extension_days=extension,
        ends_on=ends_on,
        due=tuple(_due(rules, counted, served, ends_on)),
    )


def terms_of(rules: InductionRules, first: date, last: date) -> Iterator[Term]:
    """Yield the terms that have a day between two days, in their order."""
    for year in range(first.year - 1, last.year + 1):
        terms = [
            Term(f"{term.title} {_on(year, term.starts).year}", _on(year, term.starts), _on(year, term.ends))
            for term in rules.terms
        ]
        yield from (term for term in terms if term.ends_on >= first and term.starts_on <= last)


def _on(year: int, day: str) -> date:
    """The day of a school year that begins in September of `year`."""
    month, of_month = int(day[:2]), int(day[3:])
    return date(year if month >= 9 else year + 1, month, of_month)


@lru_cache(maxsize=256)  # of the same few terms, for everybody in induction
def _working_days(first: date, last: date) -> tuple[date, ...]:
    days = (first + timedelta(days=after) for after in range((last - first).days + 1))
    return tuple(day for day in days if is_working_day(day))


def _rule_on(named: DatedRule | None, day: date) -> Rule | None:
    return None if named is None else rule(named.id, day, route=named.route)


def _last_day(periods: Sequence[Period]) -> date:
    """The last day of the periods; for one that goes on, as far as an induction is followed."""
    first = periods[0].starts_on
    return max(period.ends_on or first + LONGEST for period in periods)


def _shares(rules: InductionRules, periods: Sequence[Period]) -> Iterator[tuple[date, Term, int, Fraction]]:
    """Yield each working day of a term in the periods: its share of full time, and the part of a term that it is."""
    if not periods:
        return
    last = _last_day(periods)
    for term in terms_of(rules, periods[0].starts_on, last):
        days = _working_days(term.starts_on, term.ends_on)
        part = Fraction(1, len(days)) if days else Fraction(0)
        for day in days:
            percent = sum(period.full_time_percent for period in periods if period.covers(day))
            if percent:
                yield day, term, min(percent, 100), part


def _days_served(rules: InductionRules, periods: Sequence[Period]) -> list[ServedDay]:
    """Return the days of service with the terms served up to each, part-time in proportion."""
    served: list[ServedDay] = []
    total = Fraction(0)
    for day, term, percent, part in _shares(rules, periods):
        total += part * percent / 100
        served.append(ServedDay(day, term, percent, total))
        if total > LONGEST_TERMS:
            break
    return served


def _served_by(served: Sequence[ServedDay], day: date) -> Fraction:
    nth = bisect_right(served, day, key=lambda each: each.day)
    return served[nth - 1].total if nth else Fraction(0)


def _rounded(terms: Fraction) -> float:
    return float(round(terms, 1))


def _counting(rules: InductionRules, periods: Sequence[Period]) -> tuple[bool, ...]:
    """Say which periods count: none that ended too soon, as long as no period before it has counted."""
    counting: list[bool] = []
    for period in periods:
        least = _rule_on(rules.first_period, period.starts_on)
        if any(counting) or least is None or period.ends_on is None:
            counting.append(True)
            continue
        time = sum((part for *_, part in _shares(rules, [period])), Fraction(0))
        counting.append(_rounded(time) >= least.quantity)
    return tuple(counting)


def _years(
    rules: InductionRules, absences: Iterable[Absence], served: Sequence[ServedDay], length: int
) -> tuple[YearOfAbsence, ...]:
    """Return the absences by induction year: it is over once the terms of a school year are served."""
    in_a_year = len(rules.terms)
    days: dict[int, float] = {}
    limits: dict[int, float | None] = {}
    for absence in sorted(absences, key=lambda each: each.since):
        if absence.exempt:
            continue
        before = _served_by(served, absence.since - _DAY)
        year = min(int(before) // in_a_year, max(length // in_a_year - 1, 0)) + 1
        dated = _rule_on(rules.absence, absence.since)
        days[year] = days.get(year, 0) + absence.days
        limits.setdefault(year, dated.quantity if dated else None)
    found = []
    for year, total in sorted(days.items()):
        limit = limits[year]
        extends = limit is not None and total >= limit
        found.append(YearOfAbsence(year, total, limit, total if extends else 0))
    return tuple(found)


def _end(served: Sequence[ServedDay], length: Fraction, extension: float) -> date | None:
    """Return the day on which the length is served, and then the days of the extension, part-time in proportion.

    Terms are counted to one decimal, so that the length is served at the end of a term that comes so close.
    """
    is_served, more = False, Fraction(0)
    for nth, each in enumerate(served):
        if is_served:
            more += Fraction(each.percent, 100)
        else:
            is_last_of_term = nth + 1 == len(served) or served[nth + 1].term != each.term
            is_served = each.total >= length or (is_last_of_term and _rounded(each.total) >= length)
        if is_served and more >= Fraction(extension):
            return each.day
    return None


def _due(
    rules: InductionRules, periods: Sequence[Period], served: Sequence[ServedDay], ends_on: date | None
) -> Iterator[DueInInduction]:
    """Yield what is due in each term: a formal assessment where its terms are served, or else a review.

    Whoever begins half-way through a term or later has the review of that term by the middle of the next. Whoever
    leaves after a term or more since the last formal assessment has an interim one. A term with an assessment has no
    review besides.
    """
    formal, passed = list(rules.formal), Fraction(0)
    carried: Term | None = None
    within = [each for each in served if ends_on is None or each.day <= ends_on]
    for term, of_term in groupby(within, key=lambda each: each.term):
        in_term = list(of_term)
        days, total = [each.day for each in in_term], in_term[-1].total
        assessment = _formal_in(formal, term, days, total, ends_on) or _interim_in(
            rules, periods, term, days, total - passed, ends_on
        )
        if assessment is not None:
            formal = [each for each in formal if each.kind != assessment.kind]
            passed, carried = total, None
            yield assessment
            continue
        if carried is not None:
            yield DueInInduction(rules.review, carried.title, term.middle)
        carried = term if days[0] >= term.middle and _begins(periods, days[0]) else None
        if carried is None:
            yield DueInInduction(rules.review, term.title, days[-1])


def _formal_in(
    formal: Sequence[FormalAssessment], term: Term, days: Sequence[date], total: Fraction, ends_on: date | None
) -> DueInInduction | None:
    """Return the formal assessment at the end of a term; the last one waits for the end of an extension."""
    if not formal or _rounded(total) < formal[0].after_terms:
        return None
    if len(formal) > 1 or ends_on is None:
        return DueInInduction(formal[0].kind, term.title, days[-1])
    return DueInInduction(formal[0].kind, term.title, ends_on) if days[-1] >= ends_on else None


def _interim_in(
    rules: InductionRules,
    periods: Sequence[Period],
    term: Term,
    days: Sequence[date],
    since_formal: Fraction,
    ends_on: date | None,
) -> DueInInduction | None:
    """Return the interim assessment of whoever leaves a school in a term, with a term or more since the last one."""
    left = [
        each.ends_on
        for each in periods
        if each.ends_on is not None and term.starts_on <= each.ends_on <= _until(rules, term) and _leaves(each, periods)
    ]
    if rules.interim is None or not left or (ends_on is not None and days[-1] >= ends_on) or _rounded(since_formal) < 1:
        return None
    return DueInInduction(rules.interim, term.title, left[0])


def _until(rules: InductionRules, term: Term) -> date:
    """The last day before the next term."""
    following = next(terms_of(rules, term.ends_on + _DAY, term.ends_on + timedelta(days=366)))
    return following.starts_on - _DAY


def _begins(periods: Iterable[Period], day: date) -> bool:
    """Whether a period begins on this working day, or on a day just before that is none."""
    return any(working_days_after(period.starts_on, 0) == day for period in periods)


def _leaves(period: Period, periods: Iterable[Period]) -> bool:
    """Whether a teacher leaves the school at the end of a period: none goes on there, with another share perhaps."""
    if period.ends_on is None:
        return False
    next_day = working_days_after(period.ends_on, 1)
    return not any(
        other.school_urn == period.school_urn and other.starts_on <= next_day and other.covers(next_day)
        for other in periods
        if other != period
    )


def title_of(rules: InductionRules, kind: str) -> str:
    """Return the title of a kind of absence; the kind itself where the programme does not have it."""
    return next((each.text for each in rules.absence_kinds if each.id == kind), kind)


def days_between(first: date, last: date) -> int:
    """Count the working days from a day to a day, both included."""
    return working_days_between(first - _DAY, last)
