"""The result of a check."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

SHOWN = 10
"""How many examples of each kind of error are kept; the count includes all."""


@dataclass(frozen=True, slots=True)
class Check:
    """The result of one comparison.

    `subject` is what was checked, `examined` how many items it has. `harmless` and `wrong` count differences by kind.
    `examples` name some of what is wrong by ids and columns, never by values: those may be personal.
    """

    subject: str
    examined: int
    harmless: Mapping[str, int] = field(default_factory=dict)
    wrong: Mapping[str, int] = field(default_factory=dict)
    examples: Mapping[str, Sequence[str]] = field(default_factory=dict)


def make_check(
    subject: str, examined: int, harmless: Mapping[str, int], errors: Mapping[str, tuple[int, Sequence[str]]]
) -> Check:
    """Make a check from counts of harmless differences, and a count and examples of each kind of error; drops zeros."""
    wrong = {kind: (number, examples) for kind, (number, examples) in errors.items() if number}
    return Check(
        subject,
        examined,
        {name: number for name, number in harmless.items() if number},
        {kind: number for kind, (number, _) in wrong.items()},
        {kind: examples for kind, (_, examples) in wrong.items()},
    )
