"""The pages that each role has, as the menu at the top lists them."""

from typing import Any

from services.portal.pages.context import Visit

PAGES = {
    "partnership_lead": (
        ("This morning", "/"),
        ("Programmes", "/programmes"),
        ("Matching", "/matching"),
        ("Assessments", "/assessments"),
        ("Reports", "/reports"),
        ("Files", "/imports"),
        ("People", "/people"),
        ("Who may sign in", "/access"),
    ),
    "school_lead": (
        ("Your school", "/"),
        ("What we host", "/school/offers"),
        ("Our mentors", "/school/mentors"),
        ("Proposals", "/school/proposals"),
        ("Days", "/school/days"),
        ("Assessments", "/assessments"),
        ("Reports", "/reports"),
    ),
    "mentor": (("Your mentoring", "/"), ("Reports", "/reports"), ("Your record", "/record")),
    "trainee": (("Your mentoring", "/"), ("Your assessments", "/assessments"), ("Your record", "/record")),
    "tutor": (("Home", "/"), ("Assessments", "/assessments"), ("Reports", "/reports")),
}
EVERY_ROLE = (("Home", "/"), ("Reports", "/reports"))


def navigation_of(visit: Visit) -> list[dict[str, Any]]:
    """Return the menu of a role, with the page that is shown marked."""
    shown = visit.request.url.path
    return [
        {
            "text": text,
            "href": address,
            "current": address == shown,
            "active": address != "/" and shown.startswith(address),
        }
        for text, address in PAGES.get(visit.membership.role, EVERY_ROLE)
    ]
