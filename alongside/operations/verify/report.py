"""What was looked at, how much of it there is, and what is not as it should be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

SHOWN = 10
"""Examples of one kind; the figures count them all."""


@dataclass(frozen=True, slots=True)
class Check:
    """One comparison: `of` what, how many things were looked at, harmless figures, and what is wrong by kind.

    `examples` name, for each kind, some of what is wrong, by ids and columns; never what stands in them.
    """

    of: str
    looked_at: int
    figures: Mapping[str, int] = field(default_factory=dict)
    wrong: Mapping[str, int] = field(default_factory=dict)
    examples: Mapping[str, Sequence[str]] = field(default_factory=dict)


def check(of: str, looked_at: int, figures: Mapping[str, int], found: Mapping[str, tuple[int, Sequence[str]]]) -> Check:
    """A check of what was found: by kind, how many and some of them. What there is none of is left out."""
    wrong = {kind: (number, examples) for kind, (number, examples) in found.items() if number}
    return Check(
        of,
        looked_at,
        {name: number for name, number in figures.items() if number},
        {kind: number for kind, (number, _) in wrong.items()},
        {kind: examples for kind, (_, examples) in wrong.items()},
    )
