"""The lines of the summary that leaves a pair."""

from services.sessions.domain.summaries import (
    SUMMARY,
    SummaryRead,
    SummarySigned,
    SummaryTakenBack,
    SummaryWritten,
)
from services.sessions.story.chapters import THE_TWO, Chapter, Line

SUMMARIES = Chapter(
    SUMMARY,
    about="summary",
    id_field="relationship_id",
    keys="select $1::uuid",
    lines={
        SummaryWritten: Line("{by} wrote draft {draft} of the summary.", THE_TWO),
        SummarySigned: Line("{by} signed draft {draft} of the summary.", THE_TWO),
        SummaryTakenBack: Line("{by} took the summary back: nobody else reads it any more.", THE_TWO),
        SummaryRead: Line("Somebody to whom the summary goes read it.", THE_TWO),
    },
)
