"""Read model of absences."""

from dataclasses import dataclass

from services.sessions.domain.absences import AbsencesRecorded
from shared.events.absences import Absence
from shared.kernel.readmodel import ReadModel, Step, key_from, row_of


@dataclass(frozen=True, slots=True)
class AbsencesRow:
    """All absences of a subject: a trainee, a mentor at a school (`id@URN`), or a school."""

    subject: str
    absences: tuple[Absence, ...]


ABSENCES = ReadModel(
    name="absences",
    row=AbsencesRow,
    key=("subject",),
    on={AbsencesRecorded: Step(key_from("subject"), lambda _, event: row_of(AbsencesRow, event))},
)
