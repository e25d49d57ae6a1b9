"""From what is known in a partnership to the result of a round, without a database: reactions, folds, input, solver."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import partial
from typing import Any, cast
from uuid import uuid4

from services.matching.domain.programmes import PROGRAMME, PROGRAMME_RULES, programme_on
from services.matching.projections import READ_MODELS
from services.matching.reactions import REACTIONS
from services.matching.rounds.inputs import RoundInput, round_input
from services.matching.rounds.own_rows import OwnRows
from services.matching.rounds.results import RoundResult, solve_and_explain
from services.matching.rounds.rows import read_rows
from shared.events import PublicEvent
from shared.kernel.decider import Event
from shared.kernel.records import Cause
from shared.kernel.store import StreamReader
from shared.kernel.unit import Unit
from tests.unit.matching.solver_inputs import PROGRAMME_ID, Known

TENANT = "north-star"


class _NoStreams:
    """A store in which nothing was stored before."""

    async def read_streams(self, streams: Sequence[object]) -> Sequence[object]:
        del streams
        return []


@dataclass(frozen=True)
class TablesInMemory:
    """Read tables as `OwnRows` shows them, by name."""

    tables: Mapping[str, Sequence[Any]]

    async def all(self, row: type[Any], table: str, condition: str = "", *arguments: object) -> list[Any]:
        """The rows that meet the conditions, which are comparisons of columns only."""
        where, _, order = condition.partition("order by")
        found = [each for each in self.tables[table] if all(_holds(each, *part, arguments) for part in _parts(where))]
        for column in reversed([name.strip() for name in order.split(",") if name.strip()]):
            name, _, descending = column.partition(" ")
            found.sort(key=partial(_text_of, name), reverse=bool(descending))
        return [row(**{field.name: getattr(found_row, field.name) for field in fields(row)}) for found_row in found]


def _text_of(column: str, row: object) -> str:
    return str(getattr(row, column))


def _parts(where: str) -> list[tuple[str, str, str]]:
    parts = re.findall(r"and (\w+) (=|<>|>) (\$\d|'\w+')", where)
    assert " ".join(f"and {' '.join(part)}" for part in parts) == " ".join(where.split()), where
    return parts


def _holds(row: object, column: str, operator: str, value: str, arguments: Sequence[object]) -> bool:
    wanted: Any = arguments[int(value[1:]) - 1] if value.startswith("$") else value.strip("'")
    has = getattr(row, column)
    return bool({"=": has == wanted, "<>": has != wanted}[operator]) if operator != ">" else bool(has > wanted)


def input_of(known: Known) -> RoundInput:
    """The input of a round of what is known."""
    return asyncio.run(_input(known))


async def _input(known: Known) -> RoundInput:
    unit = Unit.begin(cast(StreamReader, _NoStreams()), TENANT, Cause("a test", uuid4()))
    own: list[Event] = []
    for event in known.events:
        if type(event) in REACTIONS:
            await REACTIONS[cast(type[PublicEvent], type(event))](unit, event)
        else:
            assert isinstance(event, Event)
            own.append(event)
    events = [*(new.event for new in unit.ledger.new), *own]
    tables = {}
    for model in READ_MODELS:
        rows: dict[tuple[object, ...], Any] = {}
        model.fold(rows, ((TENANT, event) for event in events if type(event) in model.on))
        tables[model.name] = [row for row in rows.values() if row is not None]
    (programme,) = await unit.load(PROGRAMME, PROGRAMME_ID)
    (changed,) = await unit.load(PROGRAMME_RULES, PROGRAMME_ID)
    assert programme is not None
    programme = programme_on(programme, changed, known.on)
    read = await read_rows(cast(OwnRows, TablesInMemory(tables)), programme, known.on)
    return round_input(programme, known.on, read, include_placed=known.repair)


def result_of(made: RoundInput, *, repair: bool = False) -> dict[str, object]:
    """By trainee the mentor, offer and school, or why there is no place and what would help."""
    return outcome(made, solve_and_explain(made, moves_first=repair))


def outcome(made: RoundInput, result: RoundResult) -> dict[str, object]:
    """The same of a result."""
    placed: dict[str, object] = {
        pair.trainee_id: (pair.mentor_id, str(made.offers[pair.offer_id].offer_id), pair.school_urn)
        for pair in result.solution.pairs
    }
    return placed | {
        trainee.trainee_id: (
            trainee.reason,
            tuple(remedy.words for remedy in result.remedies.get(trainee.trainee_id, ())),
        )
        for trainee in result.solution.unplaced
    }
