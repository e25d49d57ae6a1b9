"""The state of a target, and what every event of a target has."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal
from uuid import UUID

from services.sessions.domain.audiences import PersonOrRole
from shared.calendar import working_days_after
from shared.events.practices import TargetRules
from shared.events.words import Side
from shared.kernel.decider import Event

ReviewStatus = Literal["progressing", "met", "revised", "dropped"]
Status = Literal["open", "progressing", "met", "revised", "dropped"]
CLOSED: frozenset[Status] = frozenset({"met", "dropped"})


class TargetAudience(PersonOrRole):
    """With whom a target is shared: a person, or a role of the programme."""


class TargetEvent(Event):
    """The fields that all events of a target share; a version written on `amended_on` replaces what was there."""

    target_id: UUID
    relationship_id: UUID
    trainee_id: UUID
    by: Side
    version_number: int = 1
    amended_on: date | None = None


class TouchingEvent(TargetEvent):
    """An event by which somebody touches a target.

    If nobody does so again, its owner is told on `owner_told_on` that it lies untouched, and the mentor on
    `mentor_told_on`; None tells nobody.
    """

    owner_told_on: date | None = None
    mentor_told_on: date | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """A target: whose it is, when it was set, its status, and the number of its last version.

    `progress` are the notes that nobody took back, by who wrote them; `shared_with` are those with whom it is shared,
    each with the people who acknowledged it (None for a role without accounts). `touched_on` is the last day on which
    somebody touched it, and `told` the last of the two who was told since that it lies untouched.
    """

    relationship_id: UUID
    trainee_id: UUID
    set_on: date
    status: Status = "open"
    version: int = 1
    by_mistake: bool = False
    progress: Mapping[UUID, Side] = field(default_factory=dict)
    shared_with: Mapping[TargetAudience, frozenset[UUID | None]] = field(default_factory=dict)
    touched_on: date = date.min
    owner_told_on: date | None = None
    mentor_told_on: date | None = None
    told: Literal["owner", "mentor"] | None = None

    @property
    def is_closed(self) -> bool:
        """Whether the target is met or dropped."""
        return self.status in CLOSED

    def after_touch(self, event: TouchingEvent) -> "Target":
        """Return the target after somebody touched it; what is recorded late was no touch of today."""
        on = event.amended_on or event.happened_on
        target = replace(self, owner_told_on=event.owner_told_on, mentor_told_on=event.mentor_told_on)
        return target if on <= self.touched_on else replace(target, touched_on=on, told=None)


def days_to_tell(
    rules: TargetRules, target: Target | None, touched_on: date, recorded_on: date, status: Status = "open"
) -> dict[str, date | None]:
    """Return on which days the owner and the mentor are told of a target that nobody touches after a day.

    `target` is the target before; None for a new one. It may have been touched later than on the day that is recorded.
    What is recorded so late that the owner's day is past tells the owner on the working day after `recorded_on`: there
    is time to go on recording, and what was recorded a moment ago is not said to lie untouched.
    """
    if rules.untouched_after is None or status in CLOSED:
        return {"owner_told_on": None, "mentor_told_on": None}
    was_told = target is not None and target.told is not None and touched_on <= target.touched_on
    if target is not None:
        touched_on = max(touched_on, target.touched_on)
    owner_told_on = working_days_after(touched_on, rules.untouched_after)
    if not was_told:
        owner_told_on = max(owner_told_on, working_days_after(recorded_on, 1))
    return {
        "owner_told_on": owner_told_on,
        "mentor_told_on": working_days_after(owner_told_on, rules.mentor_after),
    }
