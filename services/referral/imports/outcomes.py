"""The outcome of the rows of a file: how many are new or changed, which cells are wrong, and what happens to
schools.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field, SerializerFunctionWrapHandler, model_serializer

from services.referral.domain.imports import Effect
from shared.kernel.answers import Answer
from shared.spreadsheets.errors import CellError

MOST_CHANGES = 1000
"""How many changed schools are named one by one; all are counted."""


class SchoolChange(Answer):
    """What an import did to a school: changed fields with the value before and after, or the school that followed."""

    what: str
    urn: str
    name: str
    fields: dict[str, tuple[Any, Any]] | None = None
    successor_urn: str | None = None

    @model_serializer(mode="wrap")
    def _without_blanks(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        shown: dict[str, Any] = serialize(self)
        return {name: value for name, value in shown.items() if name not in _OPTIONAL or value is not None}


_OPTIONAL = ("fields", "successor_urn")


class FileTable(Answer):
    """The table that was read of a file: its sheet (None in CSV), the line of its headings, and what is not read."""

    sheet: str | None = None
    heading_line: int = 1
    other_sheets: list[str] = Field(default_factory=list)
    columns_not_read: list[str] = Field(default_factory=list)


class ImportReport(BaseModel):
    """What an import did to schools: counts by kind of change, and the first `MOST_CHANGES` schools that changed."""

    counts: dict[str, int] = Field(default_factory=dict)
    schools: list[SchoolChange] = Field(default_factory=list)

    def count(self, what: str, number: int = 1) -> None:
        """Count schools, or records at them, under a kind of change."""
        self.counts[what] = self.counts.get(what, 0) + number

    def add(self, change: SchoolChange) -> None:
        """Count a school that changed, and list it unless the list is full."""
        self.count(change.what)
        if len(self.schools) < MOST_CHANGES:
            self.schools.append(change)

    def followed_by(self, later: "ImportReport") -> "ImportReport":
        """Combine this report with a later one."""
        counts = dict(Counter(self.counts) + Counter(later.counts))
        return ImportReport(counts=counts, schools=[*self.schools, *later.schools][:MOST_CHANGES])


@dataclass(frozen=True, slots=True)
class Claim:
    """A row gives an identifier, new or changed, to a person; another row of the file may give it to another person."""

    person_id: UUID
    line: int
    column: str


@dataclass
class Outcome:
    """The outcome of rows in a unit: the effect, the streams that changed, and the errors of rows that were refused.

    `warnings` are of rows that are recorded only after somebody has confirmed them; `claims` are of rows about people,
    by the digest of the identifier.
    """

    effect: Effect = field(default_factory=Effect)
    errors: list[CellError] = field(default_factory=list)
    streams: list[str] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    report: ImportReport = field(default_factory=ImportReport)
    warnings: list[CellError] = field(default_factory=list)
    claims: dict[bytes, Claim] = field(default_factory=dict)

    @property
    def whole_effect(self) -> Effect:
        """The effect, in which rows with errors count as left out."""
        return self.effect.model_copy(update={"left_out": len({error.line for error in self.errors})})

    def with_errors(self, by_line: Mapping[int, Sequence[CellError]]) -> "Outcome":
        """Add the errors of rows that did not become commands, in the order of lines."""
        errors = [*(error for errors in by_line.values() for error in errors), *self.errors]
        self.errors = sorted(errors, key=lambda error: error.line)
        return self
