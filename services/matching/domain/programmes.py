"""Programmes that trainees are matched for, and their rules from day to day."""

from datetime import date
from typing import ClassVar

from services.matching.domain.facts import last_fact
from shared.events import referral
from shared.kernel.decider import Event

REMIND_AFTER, ANSWER_WITHIN = 5, 10
"""Working days after which both sides of a proposal are reminded, and within which they answer, by default."""


class ProgrammeKnown(Event, referral.ProgrammeOpened):
    """A programme that trainees are matched for."""

    type: ClassVar[str] = "matching.programme_known"


class RulesKnown(Event, referral.ProgrammeRulesChanged):
    """All rules of a programme from its first day on, in order, after a partnership changed one of them."""

    type: ClassVar[str] = "matching.rules_known"

    rules_version: int = 1
    """Not stored by the first version of this event; nothing here depends on it."""


def programme_on(programme: ProgrammeKnown, changed: RulesKnown | None, day: date) -> ProgrammeKnown:
    """Return the programme with the rules of a day: the last rules that a partnership set by then, or the first."""
    held = [stretch.rules for stretch in changed.stretches if stretch.effective_from <= day] if changed else []
    return programme.model_copy(update={"rules": held[-1]}) if held else programme


PROGRAMME = last_fact("programme", ProgrammeKnown)
PROGRAMME_RULES = last_fact("programme_rules", RulesKnown)
