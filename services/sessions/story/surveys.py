"""The lines of the survey of views."""

from services.sessions.domain.surveys import SURVEY, SurveyAnswered, ViewsCompared
from services.sessions.story.chapters import THE_TWO, Chapter, Line
from shared.wording import counted_noun

SURVEYS = Chapter(
    SURVEY,
    about="survey",
    id_field="relationship_id",
    keys="select $1::uuid",
    lines={
        SurveyAnswered: Line("{by} answered the survey of views.", THE_TWO),
        ViewsCompared: Line(
            lambda compared: (
                "Both had answered the survey; "
                f"{counted_noun(len(compared.talk_about), 'statement is', 'statements are')} worth talking about."
            ),
            THE_TWO,
        ),
    },
)
