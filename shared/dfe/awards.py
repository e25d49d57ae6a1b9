"""Whether a trainee has met the standards: read from their final assessment, as sessions answers it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from shared.dfe.recommendations import Award
from shared.events.practices import Practice
from shared.events.words import AssessmentKind, Judgement

FINAL: AssessmentKind = "final"
STANDARDS = tuple(f"TS{number}" for number in range(1, 9))
ACKNOWLEDGED = "acknowledged"
_SIGNED = frozenset({"signed", "submitted", ACKNOWLEDGED})
"""States of an assessment that everybody has signed whom the programme asks."""


@dataclass(frozen=True, slots=True)
class AssessmentRead:
    """An assessment in its last version: its state, a level for each standard, the days of its signatures."""

    kind: AssessmentKind
    state: str
    on: date
    levels: Mapping[str, str]
    signed_on: Sequence[date]


def levels_of(practice: Practice, kind: AssessmentKind) -> dict[str, Judgement]:
    """Find what each level of a kind of assessment counts as, in a programme; empty where it has no such kind."""
    plans = (step.assesses for step in practice.steps if step.assesses is not None)
    return {level.id: level.counts_as for plan in plans if plan.kind == kind for level in plan.scale}


def award_of(assessments: Iterable[AssessmentRead], counts_as: Mapping[str, Judgement]) -> Award:
    """Read the last final assessment of a trainee: the day of its last signature, or why it is not enough."""
    final = max((each for each in assessments if each.kind == FINAL), key=lambda each: each.on, default=None)
    if final is None:
        return Award(None, "has no final assessment that was signed.")
    if reason := why_not_met(final, counts_as):
        return Award(None, reason)
    return Award(max(final.signed_on, default=final.on))


def why_no_pass(
    assessments: Iterable[AssessmentRead], kind: AssessmentKind, counts_as: Mapping[str, Judgement]
) -> str | None:
    """Return why an induction is not passed by its last formal assessment, as a sentence; None if it is.

    The appropriate body decides: it acknowledges the assessment.
    """
    last = max((each for each in assessments if each.kind == kind), key=lambda each: each.on, default=None)
    if last is None:
        return "has served all terms and has no last formal assessment that was signed."
    if last.state != ACKNOWLEDGED:
        return "has a last formal assessment that the appropriate body has not acknowledged."
    return why_not_met(last, counts_as)


def why_not_met(assessment: AssessmentRead, counts_as: Mapping[str, Judgement]) -> str | None:
    """Return why an assessment does not show that every standard is met, as a sentence; None if it does."""
    if assessment.state not in _SIGNED:
        return "has an assessment that not everybody has signed yet."
    missing = [name for name in STANDARDS if name not in assessment.levels]
    if missing:
        return f"has an assessment without a level for {', '.join(missing)}."
    below = [name for name in STANDARDS if counts_as.get(assessment.levels[name]) != "on_track"]
    return f"has not met {', '.join(below)}; what follows is recorded in DfE's service by hand." if below else None
