"""What a formal assessment says that was never raised with the trainee before.

Source: statutory guidance on induction 2.58 (nothing in a formal assessment should be unexpected); product.md S8.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from services.sessions.domain.assessment_versions import STANDARDS
from shared.events.words import Judgement, Standard

RaisedIn = Literal["assessment", "target", "observation", "feedback"]
"""Where a concern was raised with a trainee."""
CONCERNS: frozenset[Judgement] = frozenset({"needs_support", "not_on_track"})
"""The judgements of which a trainee should have heard before."""


@dataclass(frozen=True, slots=True)
class Raised:
    """A concern about a standard that was raised with a trainee on a day."""

    standard: Standard
    raised_in: RaisedIn
    on: date


def find_unexpected(judged: Mapping[Standard, Judgement], raised: Iterable[Raised], on: date) -> tuple[Standard, ...]:
    """Return the standards of which an assessment on this day says what was never raised until then, in their order."""
    known = {each.standard for each in raised if each.on <= on}
    return tuple(standard for standard in STANDARDS if judged.get(standard) in CONCERNS and standard not in known)
