"""The rows of the read tables that a row of a report is made from: what a trace of the row starts from."""

from dataclasses import dataclass

from services.reporting.tables.calendars import CALENDARS
from services.reporting.tables.meetings import MEETINGS
from services.reporting.tables.mentors import MENTORS
from services.reporting.tables.pauses import PAUSES
from services.reporting.tables.relationships import RELATIONSHIPS
from services.reporting.tables.schools import SCHOOLS
from services.reporting.tables.training_statuses import TRAINING_STATUSES
from shared.kernel.readmodel import ReadModel


@dataclass(frozen=True)
class Behind:
    """Rows of a read table behind a row of a report.

    `where` is the SQL condition on a row `t` of the table and the report's row `shown`; $1 is the last day that counts.
    Table names in it mean current rows, and `t.trainee_id` and `t.mentor_id` are those of kept records. `columns` are
    the columns of the report that these rows decide, None for all.
    """

    table: ReadModel
    where: str
    columns: tuple[str, ...] | None = None

    def decides(self, column: str) -> bool:
        """Whether the rows decide a column."""
        return self.columns is None or column in self.columns


DUE = ("due", "due_held", "not_recorded", "missing_weeks", "minutes_due")
"""Columns that depend on the weeks in which meetings were due."""
HELD = ("due_held", "held", "missed", "not_recorded", "missing_weeks", "minutes", "last_held_on")
"""Columns that depend on the meetings that were recorded."""


def behind_delivery(which: str, *, relationships: tuple[str, ...] | None = None) -> tuple[Behind, ...]:
    """Return what meetings due and held are reckoned from (`views/delivery.py`), of relationships `r` of a condition.

    `relationships` are the columns that the relationships decide, None for all.
    """
    of = f"from relationships r where ({which}) and r.starts_on <= least($1, r.ends_on)"
    return (
        Behind(RELATIONSHIPS, f"t.relationship_id in (select r.relationship_id {of})", relationships),
        Behind(
            MEETINGS,
            f"t.relationship_id in (select r.relationship_id {of}) and coalesce(t.held_on, t.missed_on) <= $1",
            HELD,
        ),
        Behind(PAUSES, f"t.relationship_id in (select r.relationship_id {of})", DUE),
        Behind(CALENDARS, f"t.urn in (select r.school_urn {of})", DUE),
        Behind(TRAINING_STATUSES, f"t.trainee_id in (select r.trainee_id {of})", DUE),
        Behind(MENTORS, f"t.mentor_id in (select r.mentor_id {of})", DUE),
        Behind(SCHOOLS, f"t.urn in (select r.school_urn {of})", DUE),
    )


def behind_placement(trainee: str, programme: str) -> str:
    """Return the condition that a row `t` is of a trainee in a programme, both SQL expressions."""
    return f"t.trainee_id = {trainee} and t.programme_id = {programme}"
