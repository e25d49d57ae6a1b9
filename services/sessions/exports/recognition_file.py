"""Write the document of what a mentor has done as a certificate, with the code by which anybody verifies it."""

from collections.abc import Iterator, Mapping

from services.sessions.domain.recognitions import Figures, Mentoring, RoleFigures
from services.sessions.domain.texts import long_date
from services.sessions.queries.recognitions import RecognitionView, Status
from shared.documents import pdf
from shared.documents.blocks import Block, Chart, Document, Heading, KeyFigure, KeyFigures, Paragraph, Table
from shared.documents.charts import Bar, stacked_bars
from shared.wording import counted_noun

MEDIA_TYPE = pdf.MEDIA_TYPE
MOST_BARS = 20
"""Roles that a chart on one page can show."""
_LABELS = 220
_STATUS: Mapping[Status, str] = {
    "stands": "As recorded up to {as_of}",
    "corrected": "Corrected since {as_of}: less is recorded now than it states",
    "replaced": "Replaced by a newer document",
    "withdrawn": "Withdrawn: it says nothing any more",
}


def recognition_file(document: RecognitionView, partnership: str, *, service: str) -> bytes:
    """Return the document of a mentor as a tagged PDF document.

    `service` is the URL by which the holder reached the service, such as `https://sessions.example`: the address on
    paper begins with it, so that whoever holds the paper can type it in.
    """
    return pdf.make_pdf(_document(document, partnership, service))


def _document(document: RecognitionView, partnership: str, service: str) -> Document:
    mentoring = document.mentoring
    status = _STATUS[document.status].format(as_of=long_date(document.as_of))
    return Document(
        f"Mentoring by {document.name}",
        [
            Paragraph(f"Partnership: {partnership}."),
            Paragraph(f"{status}."),
            KeyFigures(
                [
                    KeyFigure("hours in meetings", _hours(mentoring)),
                    KeyFigure("meetings", f"{mentoring.meetings:,}"),
                    KeyFigure("mentees", f"{mentoring.mentees:,}"),
                ]
            ),
            Paragraph(
                f"From {long_date(mentoring.first_on)} to {long_date(mentoring.last_on)}. "
                f"Academic years: {', '.join(mentoring.academic_years)}."
            ),
            Heading("In which roles"),
            *_roles(mentoring),
            Paragraph(
                f"It states what is recorded up to {long_date(document.as_of)}, and judges nobody by any standard.",
                small=True,
            ),
            Heading("Verify it"),
            Paragraph("Anybody can verify it with the code, without an account. Compare the figures and the name."),
            KeyFigures([KeyFigure("code", document.code)]),
            Paragraph(f"Address: {service}{document.verify}/page"),
        ],
        footer=f"Mentoring by {document.name}, code {document.code}",
        status=status,
    )


def _roles(mentoring: Mentoring) -> Iterator[Block]:
    """Yield the chart of meetings by role, and the table with all figures beside it."""
    roles = sorted(mentoring.roles, key=lambda each: (-each.meetings, each.programme, each.role))
    charted = roles[:MOST_BARS]
    finding = _finding(mentoring, roles)
    bars = [Bar(_title(each), (each.meetings,)) for each in charted]
    description = "Meetings by role. " + " ".join(f"{bar.label}: {bar.parts[0]}." for bar in bars)
    yield Chart(finding, description, stacked_bars(finding, description, ("meetings",), bars, labels=_LABELS))
    rows = [[_title(each), *_cells(each)] for each in roles]
    yield Table(
        ("role", "hours in meetings", "meetings", "mentees", "from", "to"),
        [*rows, ["Together", *_cells(mentoring)]],
        (3, 1, 1, 0.9, 1.6, 1.6),
        (False, True, True, True, False, False),
    )


def _finding(mentoring: Mentoring, roles: list[RoleFigures]) -> str:
    """Return what the chart shows, as a sentence."""
    meetings = counted_noun(mentoring.meetings, "meeting")
    if len(roles) == 1:
        return f"{meetings} as {_title(roles[0])}."
    return f"{meetings} in {len(roles)} roles, {roles[0].meetings:,} of them as {_title(roles[0])}."


def _title(role: RoleFigures) -> str:
    return f"{role.role}, {role.programme}"


def _cells(figures: Figures) -> list[str]:
    return [
        _hours(figures),
        f"{figures.meetings:,}",
        f"{figures.mentees:,}",
        long_date(figures.first_on),
        long_date(figures.last_on),
    ]


def _hours(figures: Figures) -> str:
    return f"{figures.minutes / 60:,.1f}"
