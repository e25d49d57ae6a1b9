"""The document of what a mentor has done as a page to print: everything escaped, nothing loaded, no script."""

from html import escape

from fastapi.responses import HTMLResponse

from services.sessions.domain.recognitions import Figures, Mentoring
from services.sessions.domain.texts import long_date
from services.sessions.queries.recognitions import RecognitionView, Verification

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_STYLE = """
body { font-family: Georgia, serif; color: #111; background: #fff; max-width: 42rem; margin: 3rem auto; padding: 0 1rem;
       line-height: 1.5 }
table { border-collapse: collapse; width: 100%; margin: 1.5rem 0 }
th, td { border-bottom: 1px solid #999; padding: .4rem .6rem .4rem 0; text-align: left; vertical-align: top }
.code { font-family: monospace; font-size: 1.3rem; letter-spacing: .1rem }
.status { border: 2px solid #111; padding: .6rem 1rem }
@media print { body { margin: 0 } }
"""


def page_of_document(document: RecognitionView, partnership: str, *, service: str) -> HTMLResponse:
    """Return a document as its holder prints it and passes it on, with the code by which it is verified.

    `service` is the URL by which the holder reached the service, such as `https://sessions.example`: the address on
    paper begins with it, so that whoever holds the paper can type it in.
    """
    return _page(
        f"<h1>Mentoring by {escape(document.name)}</h1>",
        f"<p>Partnership: {escape(partnership)}</p>",
        _mentoring(document.mentoring),
        f"<p>As recorded up to {long_date(document.as_of)}. This document judges nobody.</p>",
        "<p>Anybody can verify it, without an account, with this code:</p>",
        f'<p class="code">{escape(document.code)}</p>',
        f"<p>Address: <code>{escape(service)}{escape(document.verify)}/page</code></p>",
    )


def page_of_verification(verification: Verification) -> HTMLResponse:
    """Return what a document says and whether it stands, for whoever typed its code."""
    says = []
    if verification.mentoring is not None:
        shown = "Initials of the name" if verification.name_shown == "initials" else "Name"
        says = [f"<p>{shown} on it: {escape(verification.name or '')}</p>", _mentoring(verification.mentoring)]
    return _page(
        "<h1>Document of a mentor</h1>",
        f'<p class="status">{escape(verification.meaning)}</p>',
        f"<p>Partnership: {escape(verification.partnership)}. As recorded up to {long_date(verification.as_of)}.</p>",
        *says,
    )


def _mentoring(mentoring: Mentoring) -> str:
    rows = "".join(
        f"<tr><td>{escape(role.role)}, {escape(role.programme)}</td>{_figures(role)}</tr>" for role in mentoring.roles
    )
    years = ", ".join(map(escape, mentoring.academic_years))
    return (
        "<table><thead><tr><th>Role</th><th>Hours in meetings</th><th>Meetings</th><th>Mentees</th><th>From</th>"
        f"<th>To</th></tr></thead><tbody>{rows}</tbody><tfoot><tr><th>Together</th>{_figures(mentoring)}</tr></tfoot>"
        f"</table><p>Academic years: {years}</p>"
    )


def _figures(figures: Figures) -> str:
    cells = (
        f"{figures.minutes / 60:.1f}",
        f"{figures.meetings}",
        f"{figures.mentees}",
        long_date(figures.first_on),
        long_date(figures.last_on),
    )
    return "".join(f"<td>{cell}</td>" for cell in cells)


def _page(*parts: str) -> HTMLResponse:
    content = (
        '<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><title>Document of a mentor</title>'
        f"<style>{_STYLE}</style></head><body>{''.join(parts)}</body></html>"
    )
    return HTMLResponse(content, headers=HEADERS)
