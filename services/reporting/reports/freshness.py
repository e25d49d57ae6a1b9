"""The time up to which an answer is complete: reporting receives events some time after they are published."""

from datetime import datetime

from shared.kernel.answers import Answer


class DatedAnswer(Answer):
    """An answer with the time at which its last event was recorded here; None before the first event.

    Later events may be on their way.
    """

    up_to_date_at: datetime | None
