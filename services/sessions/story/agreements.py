"""The lines of agreements."""

from services.sessions.domain.agreements import AGREEMENT, AgreementSigned, AgreementWritten
from services.sessions.story.chapters import THE_TWO, Chapter, Line

AGREEMENTS = Chapter(
    AGREEMENT,
    about="agreement",
    id_field="relationship_id",
    keys="select $1::uuid",
    lines={
        AgreementWritten: Line("{by} wrote draft {draft} of the agreement.", THE_TWO),
        AgreementSigned: Line("{by} signed draft {draft} of the agreement.", THE_TWO),
    },
)
