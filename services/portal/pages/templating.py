"""Make pages from templates: what every page has, and how days and names are written in it."""

from collections.abc import Mapping
from functools import cache, partial
from http import HTTPStatus
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PackageLoader, PrefixLoader
from starlette.responses import HTMLResponse, RedirectResponse, Response

from services.portal.pages import words
from services.portal.pages.context import SEEN_COOKIE, SEEN_FOR, Visit, seen_cookie
from services.portal.pages.forms import ELSEWHERE, date_items
from services.portal.pages.navigation import navigation_of
from services.portal.pages.reports.tables import heading_of
from services.portal.pages.school import words as school_words
from services.portal.pages.static_files import asset_path

SEE_OTHER = HTTPStatus.SEE_OTHER


@cache
def environment() -> Environment:
    """Return the environment of all templates: their own folders, and the components under their own prefix."""
    made = Environment(
        loader=ChoiceLoader(
            [
                FileSystemLoader(Path(__file__).parent),
                PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")}),
            ]
        ),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: "" if value is None else value,
    )
    made.filters |= {
        "day": words.day,
        "weekday": words.weekday,
        "iso_day": words.iso_day,
        "subject": school_words.subject_name,
        "year_group": school_words.year_group_name,
        "route": school_words.ROUTES.__getitem__,
        "reason_not_hosting": school_words.REASONS_NOT_HOSTING.__getitem__,
        "hours": school_words.hours,
    }
    made.globals |= {
        "asset": asset_path,
        "roles": words.ROLES,
        "warning_titles": words.WARNINGS,
        "target_statuses": words.TARGET_STATUSES,
        "missed_reasons": words.MISSED_REASONS,
        "phases": school_words.PHASES,
        "appetite_texts": school_words.APPETITES,
        "load_kinds": school_words.KINDS_OF_LOAD,
        "day_parts": school_words.DAY_PARTS,
        "navigation_of": navigation_of,
        "error_list": error_list,
        "date_items": date_items,
        "heading_of": heading_of,
    }
    return made


def render(template: str, *, status: int = HTTPStatus.OK, **values: Any) -> HTMLResponse:
    """Make a page that needs no visit, such as the sign-in page."""
    page = environment().get_template(template)
    return HTMLResponse(page.render({"visit": None, "errors": {}, **values}), status)


def show(visit: Visit, template: str, *, status: int = HTTPStatus.OK, **values: Any) -> HTMLResponse:
    """Make a page for a visit."""
    near = partial(words.near, today=visit.today)
    return render(template, status=status, visit=visit, near=near, names=visit.names, **values)


def lead_to(visit: Visit, address: str) -> RedirectResponse:
    """Lead somebody on after what they sent was recorded; the next page waits until it can be seen."""
    response = RedirectResponse(address, SEE_OTHER)
    if visit.services.seen:
        set_cookie(response, SEEN_COOKIE, seen_cookie(visit.services.seen), max_age=SEEN_FOR)
    return response


def set_cookie(response: RedirectResponse, name: str, value: str, max_age: int | None = None) -> None:
    """Set a cookie that only this host's pages get back, and no script can read."""
    response.set_cookie(name, value, max_age=max_age, path="/", secure=True, httponly=True, samesite="lax")


def drop_cookie(response: Response, name: str) -> None:
    """Remove a cookie that `set_cookie` has set."""
    response.delete_cookie(name, path="/", secure=True, httponly=True, samesite="lax")


def error_list(errors: Mapping[str, str]) -> list[dict[str, str]]:
    """Return errors as the summary at the top of a page lists them: each leads to its field, in the same words."""
    return [
        {"text": sentence} if name == ELSEWHERE else {"text": sentence, "href": f"#{name}"}
        for name, sentence in errors.items()
    ]
