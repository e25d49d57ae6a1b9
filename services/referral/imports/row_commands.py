"""Decide the rows of an import file as commands; a refused command becomes an error of the cell that caused it.

A dry run and a confirmation both use this; only a confirmation appends the unit's events.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from services.referral.domain.imports import Effect
from services.referral.imports.outcomes import Outcome
from shared.kernel.decider import Command, Decider, DomainError, Event
from shared.kernel.unit import Unit
from shared.spreadsheets.errors import CellError

_CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")

S = TypeVar("S")
C = TypeVar("C", bound=Command)
E = TypeVar("E", bound=Event)


@dataclass(frozen=True, slots=True)
class RowCommand(Generic[C]):
    """The command of a row to an aggregate; `column` is the cell to mark if the command is refused."""

    line: int
    column: str
    key: object
    command: C


def code_of(refusal: DomainError) -> str:
    """Return the code of a refused command: the name of the refusal."""
    return _CAPITAL.sub("_", type(refusal).__name__).lower()


async def decide_rows(
    unit: Unit,
    decider: Decider[S, C, E],
    commands: Sequence[RowCommand[C]],
    changed: Callable[[RowCommand[C], S, S], None] = lambda *_: None,
) -> Outcome:
    """Decide the command of every row; `changed` is called with the state before and after each change."""
    states = await unit.load(decider, *(row.key for row in commands))
    effect: Counter[str] = Counter()
    outcome = Outcome()
    for row, before in zip(commands, states, strict=True):
        try:
            events = await unit.decide(decider, row.key, row.command)
        except DomainError as refusal:
            outcome.errors.append(CellError(row.line, row.column, code_of(refusal), refusal.detail))
            continue
        effect["unchanged" if not events else "new" if before == decider.initial() else "changed"] += 1
        if events:
            outcome.streams.append(decider.stream(row.key))
            changed(row, before, (await unit.load(decider, row.key))[0])
    outcome.effect = Effect(**effect)
    return outcome
