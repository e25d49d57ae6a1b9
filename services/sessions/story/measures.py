"""The lines of measures."""

from services.sessions.domain.measures import (
    MEASURES,
    MeasuresRead,
    MeasuresReleased,
    MeasuresReleaseRevoked,
    MeasuresTaken,
    NumbersReleased,
)
from services.sessions.story.chapters import Chapter, Line, only

_THEIRS = only("trainee", "The answers belong to the mentee, who decides who reads them.")


def _numbers(released: NumbersReleased) -> str:
    if released.numbers:
        return "The numbers of the {occasion} of {instrument} were released to the reports of the partnership."
    return "The numbers of the {occasion} of {instrument} count no longer in the reports of the partnership."


MEASURES_TAKEN = Chapter(
    MEASURES,
    about="measures",
    id_field="measure_id",
    keys="select distinct series_id from measures where relationship_id = $1",
    lines={
        MeasuresTaken: Line("{instrument} was answered, {occasion}, version {version_number}: {role}."),
        MeasuresReleased: Line("Answers were released.", _THEIRS),
        MeasuresReleaseRevoked: Line("A release of answers was revoked.", _THEIRS),
        MeasuresRead: Line("Somebody read answers.", _THEIRS),
        NumbersReleased: Line(_numbers, _THEIRS),
    },
)
