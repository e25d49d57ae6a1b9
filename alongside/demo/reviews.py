"""The demo's reviews: the partnership lead looks at the facts of each relationship, and decides how it goes on."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from alongside.client import wait_until
from alongside.demo.personas import LEAD
from alongside.demo.relationships import relationship_path
from alongside.demo.steps import FIRST_MONDAY, DemoRun

REVIEW_WEEKS = (7, 11)
"""Weeks, counted from 0, that begin with a review of what is due."""
WEEKS_WITHOUT = 2
"""Weeks without a meeting since the last review that pass; after more of them the lead looks again earlier."""


def review_caseloads(run: DemoRun, week: int, first_reviews: Sequence[dict[str, Any]]) -> None:
    """Review all relationships whose review is due at the beginning of a week; `first_reviews` are among them."""
    on = FIRST_MONDAY + timedelta(weeks=week)
    wanted = {each["relationship_id"] for each in first_reviews}
    due = wait_until(
        lambda: run.client.get(LEAD, "sessions", "/reviews/due", by=f"{on}"),
        lambda found: wanted <= {each["relationship_id"] for each in found},
        "The reviews that are due",
    )
    run.for_each("Relationships reviewed by the lead", due, lambda each: _review(run, each, on))


def _review(run: DemoRun, relationship: dict[str, Any], on: date) -> None:
    """Continue where the two meet; look again earlier where they often do not."""
    path = f"{relationship_path(relationship)}/reviews"
    facts = run.client.get(LEAD, "sessions", path)["facts"]
    weeks = (on - date.fromisoformat(facts["since"])).days // 7
    meets = facts["meetings_held"] >= weeks - WEEKS_WITHOUT
    decision = {"decision": "continue"} if meets else {"decision": "monitor", "note": "Find an hour that holds."}
    run.client.post(LEAD, "sessions", path, {"on": f"{on}", **decision})
