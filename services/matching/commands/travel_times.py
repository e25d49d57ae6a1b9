"""Use case of the table of travel times: a lead's file is recorded as a whole or not at all."""

from dataclasses import asdict
from datetime import date

from services.matching import policy
from services.matching.domain.facts import RecordFact
from services.matching.domain.travel_files import TravelFile, read_travel_file
from services.matching.domain.travel_times import TRAVEL_TIMES
from shared.kernel.answers import Answer
from shared.kernel.decider import DomainError
from shared.kernel.principal import Principal
from shared.kernel.unit import Unit, UseCase
from shared.wording import counted_noun


class BadTable(DomainError):
    """Some cells of the file do not fit."""

    status = 422


class BadCell(Answer):
    """An error in a cell, and what to write there."""

    line: int
    column: str | None
    detail: str


class TravelTable(Answer):
    """The result of a file; `merged` counts rows that share place, school and mode with another."""

    rows: int
    places: int
    merged: int
    errors: tuple[BadCell, ...]
    stored: bool


def check_travel_times(who: Principal, content: bytes) -> TravelTable:
    """Check a file and list every bad cell; stores nothing."""
    policy.may_run_rounds(who)
    return _table(read_travel_file(content), stored=False)


def record_travel_times(who: Principal, content: bytes, *, on: date) -> UseCase[TravelTable]:
    """Record a file, which replaces all the times of the places that it names."""
    policy.may_run_rounds(who)

    async def use_case(unit: Unit) -> TravelTable:
        file = read_travel_file(content)
        if file.errors:
            first = file.errors[0]
            where = f"line {first.line}" + (f", column {first.column}" if first.column else "")
            raise BadTable(
                f"{counted_noun(len(file.errors), 'cell has an error', 'cells have errors')}, so nothing was stored. "
                f"The first is in {where}: {first.detail} A dry run lists them all."
            )
        facts = file.facts(on)
        await unit.load(TRAVEL_TIMES, *(fact.place for fact in facts))
        for fact in facts:
            await unit.decide(TRAVEL_TIMES, fact.place, RecordFact(fact=fact))
        return _table(file, stored=True)

    return use_case


def _table(file: TravelFile, *, stored: bool) -> TravelTable:
    return TravelTable(
        rows=file.rows,
        places=len(file.times),
        merged=file.merged,
        errors=tuple(BadCell(**asdict(error)) for error in file.errors),
        stored=stored,
    )
