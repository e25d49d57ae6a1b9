"""Early signs that a relationship may need a conversation, found in its facts. Pure.

Source: product.md S12; CollectivEd, third paper (a first placement breaks down where nobody speaks in time). The
programme says from which number on something is a sign, and for which it does not look.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from shared.events.practices import SignRules

Sign = Literal["missed_in_a_row", "no_agenda_by_mentee", "falling_pulse", "untouched_targets"]
SIGNS: tuple[Sign, ...] = ("missed_in_a_row", "no_agenda_by_mentee", "falling_pulse", "untouched_targets")
FOR_MENTEE_ALONE: frozenset[Sign] = frozenset({"falling_pulse"})
"""Signs that rest on what only the mentee sees, and that nobody else is told of, not even without the reason."""


@dataclass(frozen=True, slots=True)
class MeetingFacts:
    """A meeting: whether it was held, whether the mentee set its agenda, and the mentee's pulse."""

    on: date
    held: bool
    agenda_by_mentee: bool = False
    pulse: int | None = None


@dataclass(frozen=True, slots=True)
class RelationshipFacts:
    """The meetings of a relationship by their day, and the days on which the mentor was told that an open target lies
    untouched; its owner was told before (`target_states`).
    """

    meetings: Sequence[MeetingFacts] = ()
    told_of_targets: Sequence[date] = ()


def find_signs(facts: RelationshipFacts, rules: SignRules, talked: Mapping[Sign, date]) -> frozenset[Sign]:
    """Return the signs that there are.

    What the two have talked about on a day counts no more: only what came after that day.
    """
    return frozenset(sign for sign in SIGNS if _is_there(sign, facts, rules, talked.get(sign, date.min)))


def _is_there(sign: Sign, facts: RelationshipFacts, rules: SignRules, after: date) -> bool:
    meetings = [meeting for meeting in sorted(facts.meetings, key=lambda each: each.on) if meeting.on > after]
    held = [meeting for meeting in meetings if meeting.held]
    match sign:
        case "missed_in_a_row":
            last = _last(meetings, rules.missed_in_a_row)
            return bool(last) and not any(meeting.held for meeting in last)
        case "no_agenda_by_mentee":
            last = _last(held, rules.no_agenda_by_mentee)
            return bool(last) and not any(meeting.agenda_by_mentee for meeting in last)
        case "falling_pulse":
            pulses = [meeting.pulse for meeting in held if meeting.pulse is not None]
            return rules.falling_pulse is not None and is_falling(pulses[-rules.falling_pulse :], rules.falling_pulse)
        case "untouched_targets":
            return rules.untouched_targets is not None and any(told_on > after for told_on in facts.told_of_targets)


def _last(meetings: Sequence[MeetingFacts], number: int | None) -> Sequence[MeetingFacts]:
    """The last so many meetings; none where there are fewer, or the programme does not look."""
    return meetings[-number:] if number is not None and len(meetings) >= number else ()


def is_falling(pulses: Sequence[int], number: int) -> bool:
    """Whether these are so many pulses, none higher than the one before and the last lower than the first."""
    return len(pulses) >= max(number, 2) and pulses[-1] < pulses[0] and list(pulses) == sorted(pulses, reverse=True)
