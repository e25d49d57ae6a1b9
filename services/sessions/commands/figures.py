"""Commands of figures: check a file row by row, and record all of it or nothing."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from services.sessions import policy
from services.sessions.commands.merges import kept_record
from services.sessions.commands.relationships import relationships_naming
from services.sessions.domain.figures import FIGURES, NewFigure, RecordFigures, takes_figures_of
from services.sessions.domain.programmes import PROGRAMME
from services.sessions.domain.relationships import RELATIONSHIP, Relationship
from services.sessions.domain.texts import long_date
from shared.inputs.days import why_improbable
from shared.inputs.texts import Line
from shared.kernel.answers import Answer
from shared.kernel.decider import Invalid
from shared.kernel.postgres.store import open_texts
from shared.kernel.principal import Principal
from shared.kernel.unit import Unit, UseCase
from shared.spreadsheets.content import FileContent
from shared.spreadsheets.days import day_of
from shared.spreadsheets.errors import CellError, FileError
from shared.spreadsheets.rows import Format, Reading, Row
from shared.wording import counted_noun

MOST_ROWS = 5_000
_NOBODY = "Nobody with this id is mentored at a school that you lead. Check the id."


def _id_of(text: object) -> object:
    try:
        return UUID(str(text))
    except ValueError:
        raise PydanticCustomError(
            "no_id", "Give the id of the mentee, as the list of relationships shows it."
        ) from None


def _number_of(text: object) -> object:
    written = str(text).replace(",", ".").removesuffix("%").strip()
    try:
        return float(written)
    except ValueError:
        raise PydanticCustomError("no_number", "Give a number, such as 93.5.") from None


class FigureRow(Row):
    """A row of a file of figures: of whom, what, how much, on which day, and where it comes from."""

    mentee_id: Annotated[UUID, BeforeValidator(_id_of)]
    measure: Line
    value: Annotated[float, Field(ge=-1_000_000, le=1_000_000, allow_inf_nan=False), BeforeValidator(_number_of)]
    day: Annotated[date, BeforeValidator(lambda text: text if isinstance(text, date) else day_of(str(text)))]
    source: Line


FIGURE_FILE = Format(FigureRow)


class RowError(Answer):
    """An error of a row: in which line and column, and what to do."""

    line: int
    column: str | None
    detail: str


class UnreadableFigures(Invalid):
    """A file of figures has errors, and nothing of it was recorded; `rows` says what is wrong in which line."""

    def __init__(self, errors: Sequence[CellError]) -> None:
        rows = [
            RowError(line=error.line, column=error.column, detail=error.message).model_dump() for error in errors[:200]
        ]
        first = errors[0]
        where = f"line {first.line}" + (f", column {first.column}" if first.column else "")
        others = len(errors) - 1
        more = f" {counted_noun(others, 'more cell has an error', 'more cells have errors')}." if others else ""
        super().__init__(
            f"Nothing was recorded. In {where}: {first.message}{more} Correct the file and send it again.", rows=rows
        )


class FiguresRecorded(Answer):
    """What a file did: how many figures were recorded or corrected, and how many were on record already."""

    recorded: int
    unchanged: int


@dataclass(frozen=True, slots=True)
class _Mentee:
    """Somebody of a file: under the id of their kept record, and what may be brought in of them: by measure, the
    relationships at the schools that the person leads in whose programme it is one.
    """

    person_id: UUID
    measures: Mapping[str, Sequence[Relationship]]


def record_figures(who: Principal, content: FileContent) -> UseCase[FiguresRecorded]:
    """Record the figures of a CSV or XLSX file, all or none; the same file again changes nothing."""

    async def use_case(unit: Unit) -> FiguresRecorded:
        rows, errors = _read(content)
        mentees = {mentee_id: await _mentee(unit, who, mentee_id) for mentee_id in {row.mentee_id for row in rows}}
        errors += [error for row in rows if (error := _error_of(row, mentees[row.mentee_id], unit.now.date()))]
        if errors:
            raise UnreadableFigures(sorted(errors, key=lambda error: (error.line, error.column or "")))
        by_person: dict[UUID, dict[tuple[str, date], NewFigure]] = defaultdict(dict)
        for row in rows:
            mentee = mentees[row.mentee_id]
            assert mentee is not None  # else the row has an error
            new = NewFigure(measure=row.measure, on=row.day, value=row.value, source=row.source)
            by_person[mentee.person_id][row.measure, row.day] = new
        recorded = sum([await _record(unit, person_id, figures) for person_id, figures in sorted(by_person.items())])
        total = sum(len(figures) for figures in by_person.values())
        return FiguresRecorded(recorded=recorded, unchanged=total - recorded)

    return use_case


def _read(content: FileContent) -> tuple[list[FigureRow], list[CellError]]:
    """Return the good rows of a file, and the errors of the others."""
    rows: list[FigureRow] = []
    errors: list[CellError] = []
    try:
        for draft in Reading(content, FIGURE_FILE, max_rows=MOST_ROWS):
            errors += draft.errors
            if draft.row is not None:
                rows.append(draft.row)
    except FileError as error:
        raise UnreadableFigures(error.errors) from None
    twice = defaultdict(list)
    for row in rows:
        twice[row.mentee_id, row.measure, row.day].append(row)
    for same in twice.values():
        if len({(row.value, row.source) for row in same}) > 1:
            first, *others = same
            message = f"Line {first.line} has another value for the same mentee, measure and day. Keep one of them."
            errors += [CellError(row.line, "value", "twice", message) for row in others]
    return rows, errors


async def _mentee(unit: Unit, who: Principal, mentee_id: UUID) -> _Mentee | None:
    """Return somebody of whom the person may bring in figures; None for everybody else."""
    person_id = await kept_record(unit, mentee_id)
    found = await unit.load(RELATIONSHIP, *await relationships_naming(unit, person_id))
    theirs = [
        each
        for each in found
        if each is not None
        and each.trainee_id == person_id
        and not each.erased
        and each.starts_on <= each.ends_on
        and policy.may_bring_figures(who, each)
    ]
    if not theirs:
        return None
    measures: dict[str, list[Relationship]] = defaultdict(list)
    programmes = await unit.load(PROGRAMME, *(each.programme_id for each in theirs))
    for relationship, programme in zip(theirs, programmes, strict=True):
        for figure in programme.practice.figures if programme is not None else ():
            measures[figure.id].append(relationship)
    return _Mentee(person_id, measures)


def _error_of(row: FigureRow, mentee: _Mentee | None, today: date) -> CellError | None:
    if mentee is None:
        return CellError(row.line, "mentee_id", "nobody", _NOBODY)
    if row.measure not in mentee.measures:
        known = ", ".join(mentee.measures)
        advice = f"Write one of {known}." if known else "The mentee's programme takes no figures. Leave the row out."
        return CellError(row.line, "measure", "no_measure", advice)
    improbable = why_improbable("step", row.day, today)
    if improbable:
        return CellError(row.line, "day", "improbable_day", improbable)
    relationships = mentee.measures[row.measure]
    if any(takes_figures_of(each, row.day, today) for each in relationships):
        return None
    days = " and ".join(f"from {long_date(each.starts_on)} to {long_date(each.ends_on)}" for each in relationships)
    advice = f"The mentoring at your school ran {days} and is over. Give a day of it, or leave the row out."
    return CellError(row.line, "day", "another_time", advice)


async def _record(unit: Unit, person_id: UUID, figures: Mapping[tuple[str, date], NewFigure]) -> int:
    """Record the figures of a person, and return how many were new or different."""
    (on_record,) = await unit.load(FIGURES, person_id)
    known = {key: on_record.by_day[key] for key in figures if key in on_record.by_day}
    opened = await open_texts(
        unit.reads, unit.tenant, [text for each in known.values() for text in (each.value, each.source)]
    )
    recording = RecordFigures(
        person_id=person_id,
        figures=tuple(figures.values()),
        known={key: (opened[each.value], opened[each.source]) for key, each in known.items()},
    )
    return len(await unit.decide(FIGURES, person_id, recording))
