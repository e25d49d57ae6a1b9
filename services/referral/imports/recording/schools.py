"""Rows of an import file to decisions on schools and offers, each refusal an error of one cell.

A dry run and a confirmation do the same here; what differs is whether the unit's events are appended. What is wrong
because of what stands, such as a school that is not recorded, is told beside everything else that is wrong with a row.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Generic, TypeVar
from uuid import UUID

from pydantic import ValidationError

from services.referral.domain.imports import Effect
from services.referral.domain.offers import OFFER, Offer, RecordOffer
from services.referral.domain.offers import Commands as OfferCommands
from services.referral.domain.schools import SCHOOL, CloseSchool, RecordSchool, RegisterRow, School, what_changed
from services.referral.domain.schools import Commands as SchoolCommands
from services.referral.imports.formats.offers import OfferMeant, OfferRow
from services.referral.imports.formats.schools import AnySchoolRow, ClosedRow, SchoolRow
from services.referral.imports.reading.cells import NO_SCHOOL
from services.referral.imports.reading.errors import CellError
from services.referral.imports.reading.rows import Draft, Row
from shared.kernel.decider import Command, Decider, DomainError, Event
from shared.kernel.http.problems import kebab
from shared.kernel.unit import Unit

S = TypeVar("S")
C = TypeVar("C", bound=Command)
E = TypeVar("E", bound=Event)
RowT = TypeVar("RowT", bound=Row)

UNKNOWN_SCHOOL = "No school with this URN is recorded. Correct the URN, or import the schools first."
_URN = re.compile(r"(?:^|;)\s*([0-9]{6})(?=\s|;|$)")
"""A URN at the beginning of a cell, or of each of several values in it."""

MOST_CHANGES = 1000
"""How many changed schools are named one by one; all are counted."""


@dataclass
class Report:
    """What an import did to schools: how many by what happened to them, and the first of those that were there."""

    counts: Counter[str] = field(default_factory=Counter)
    schools: list[dict[str, Any]] = field(default_factory=list)

    def add(self, what: str, school: Mapping[str, Any] | None = None) -> None:
        """One more; a school that is named is not only counted."""
        self.counts[what] += 1
        if school is not None and len(self.schools) < MOST_CHANGES:
            self.schools.append({"what": what, **school})

    def as_json(self) -> dict[str, Any]:
        """As it is kept and told."""
        return {"counts": dict(self.counts), "schools": self.schools}

    def and_then(self, later: "Report") -> "Report":
        """Both, this one first."""
        return Report(self.counts + later.counts, [*self.schools, *later.schools][:MOST_CHANGES])


@dataclass
class Taken:
    """What rows did to a unit: with which effect, to which streams, and the errors of those that were not taken."""

    effect: Effect = field(default_factory=Effect)
    errors: list[CellError] = field(default_factory=list)
    streams: list[str] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    report: Report = field(default_factory=Report)


@dataclass(frozen=True, slots=True)
class Asked(Generic[C]):
    """What a row asks of an aggregate; `column` is the cell to blame when it is refused."""

    line: int
    column: str
    key: object
    command: C


async def decide(
    unit: Unit,
    decider: Decider[S, C, E],
    asked: Sequence[Asked[C]],
    seen: Callable[[Asked[C], S, S], None] = lambda *_: None,
) -> Taken:
    """Ask all of it; `seen` is told the state before and after each change."""
    states = await unit.load(decider, *(one.key for one in asked))
    effect: Counter[str] = Counter()
    taken = Taken()
    for one, before in zip(asked, states, strict=True):
        try:
            events = await unit.decide(decider, one.key, one.command)
        except DomainError as refusal:
            code = kebab(type(refusal).__name__).replace("-", "_")
            taken.errors.append(CellError(one.line, one.column, code, refusal.detail))
            continue
        effect["unchanged" if not events else "new" if before == decider.initial() else "changed"] += 1
        if events:
            taken.streams.append(decider.stream(one.key))
            seen(one, before, (await unit.load(decider, one.key))[0])
    taken.effect = Effect(**effect)
    return taken


async def take_schools(unit: Unit, drafts: Sequence[Draft[AnySchoolRow]], on: date) -> Taken:
    """Record what the register says; of closed schools it is of interest where they are recorded."""
    rows = good(drafts)
    await unit.load(SCHOOL, *(row.urn for row in rows))  # in one round trip
    asked: list[Asked[SchoolCommands]] = []
    ignored = 0
    for row in rows:
        if isinstance(row, SchoolRow):
            asked.append(Asked(row.line, "URN", row.urn, RecordSchool(urn=row.urn, row=_register(row), on=on)))
        elif (await unit.load(SCHOOL, row.urn))[0].row is not None:
            asked.append(Asked(row.line, "URN", row.urn, _closing(row, on)))
        else:
            ignored += 1
    report = Report()
    taken = await decide(unit, SCHOOL, asked, lambda one, before, after: _tell(report, str(one.key), before, after))
    taken.report = report
    taken.skipped = Counter(closed=ignored) if ignored else Counter()
    return with_errors({draft.line: draft.errors for draft in drafts}, taken)


def _register(row: SchoolRow) -> RegisterRow:
    said = {name: getattr(row, name) for name in RegisterRow.model_fields}
    return RegisterRow.model_validate(said | {"phases": sorted(row.phases)})


def _closing(row: ClosedRow, on: date) -> CloseSchool:
    return CloseSchool(urn=row.urn, reason=row.reason, on=row.closed_on or on)


def _tell(report: Report, urn: str, before: School, after: School) -> None:
    changed = what_changed(before, after)
    if changed is None or after.row is None:
        return
    what, names = changed
    if what == "opened":
        report.add(what)
        return
    was = before.row
    fields = {name: [_plain(getattr(was, name)), _plain(getattr(after.row, name))] for name in names}
    report.add(what, {"urn": urn, "name": after.row.name, "fields": fields})


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


async def take_offers(unit: Unit, drafts: Sequence[Draft[OfferRow]], on: date) -> Taken:
    """Record offers; one that a school inherited from a predecessor is the same offer."""
    wrong = await schools_wrong(unit, drafts, "school_urn")
    asked: list[Asked[OfferCommands]] = []
    for draft in drafts:
        key = await _offer_meant(unit, draft)
        (known,) = await unit.load(OFFER, key) if key is not None else (Offer(),)
        whole = draft.over(known.terms.model_dump()) if known.terms else draft
        if key is None or whole.row is None or draft.line in wrong:
            wrong[draft.line] = [*whole.errors, *wrong.get(draft.line, [])]
            continue
        said = whole.row.model_dump(exclude={"line", "academic_year"})
        asked.append(Asked(draft.line, "ends_on", key, RecordOffer(offer_id=key, on=on, **said)))
    return with_errors(wrong, await decide(unit, OFFER, asked))


async def _offer_meant(unit: Unit, draft: Draft[OfferRow]) -> UUID | None:
    """The offer that a row is about, None where its cells do not say."""
    try:
        meant = OfferMeant.model_validate(draft.filled)
    except ValidationError:
        return None
    keys = [meant.key(unit.tenant, urn) for urn in await _lineage(unit, meant.school_urn)]
    offers = await unit.load(OFFER, *keys)
    return next((key for key, offer in zip(keys, offers, strict=True) if offer.terms is not None), keys[0])


async def _lineage(unit: Unit, urn: str) -> list[str]:
    """The school and those that it took over from, the nearest first."""
    found = [urn]
    for one in found:
        (school,) = await unit.load(SCHOOL, one)
        found += [before for before in school.predecessors if before not in found]
    return found


async def schools_wrong(unit: Unit, drafts: Sequence[Draft[Any]], *columns: str) -> dict[int, list[CellError]]:
    """By line, the cells that name a school that is not recorded or has closed."""
    # what is no URN is an error already, and some URNs say that it was no school
    named = [
        (draft.line, column, urn)
        for draft in drafts
        for column in columns
        for urn in _URN.findall(draft.filled.get(column, ""))
        if urn not in NO_SCHOOL
    ]
    schools = await unit.load(SCHOOL, *(urn for _, _, urn in named))
    wrong: dict[int, list[CellError]] = {}
    for (line, column, _), school in zip(named, schools, strict=True):
        if not school.open:
            code, advice = why_no_school(school)
            wrong.setdefault(line, []).append(CellError(line, column, code, advice))
    return wrong


def why_no_school(school: School) -> tuple[str, str]:
    """Why nothing can be said of a school, as a code and what to do."""
    if school.row is None:
        return "unknown_school", UNKNOWN_SCHOOL
    if school.successor_urn is None:
        return "school_closed", "This school has closed. Correct the URN, or leave the row out."
    return "school_closed", f"This school has closed; {school.successor_urn} followed it. Use that URN."


def good(drafts: Iterable[Draft[RowT]]) -> list[RowT]:
    """The rows that can be taken."""
    return [draft.row for draft in drafts if draft.row is not None]


def with_errors(wrong: Mapping[int, Sequence[CellError]], taken: Taken) -> Taken:
    """What was taken, with the errors of the rows that were not even asked for."""
    errors = [*(error for errors in wrong.values() for error in errors), *taken.errors]
    taken.errors = sorted(errors, key=lambda error: error.line)
    return taken
