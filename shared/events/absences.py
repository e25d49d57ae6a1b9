"""The days on which a trainee is not in training, as read from the changes of their training status.

A change holds from its day on, often one in the past. The same status again corrects the day from which it holds; an
absence that is reported again with its own day has not ended.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict

from shared.events.words import Standing

AbsenceReason = Literal["deferred", "withdrawn", "left_school", "school_closed"]


class Absence(BaseModel):
    """Days of absence, from `since` until `until`, both included; None where there is no such limit."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    reason: AbsenceReason
    since: date | None = None
    until: date | None = None

    def covers(self, day: date) -> bool:
        """Whether the day is one of the absence."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


def absences_after(absences: Sequence[Absence], status: Standing, since: date) -> tuple[Absence, ...]:
    """Return a trainee's absences after a change of their training status that holds since a day."""
    ended = [absence for absence in absences if absence.until is None or absence.since is None or absence.since < since]
    if ended and ended[-1].until is None:
        last, before = ended.pop(), since - timedelta(days=1)
        if last.reason != status and last.since is not None and last.since <= before:
            ended.append(last.model_copy(update={"until": before}))
    return (*ended, *([] if status == "in_training" else [Absence(reason=status, since=since)]))
