"""The demo's days at schools: logged by each trainee, confirmed by each school and accepted by the tutor in bulk."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from alongside.demo.personas import TUTOR, school_lead, trainee
from alongside.demo.relationships import relationship_path
from alongside.demo.steps import FIRST_MONDAY, DemoRun
from alongside.demo.weeks import HOLIDAYS, WEEKS

ACCEPTED_UNTIL = FIRST_MONDAY + timedelta(weeks=HOLIDAYS)
"""The tutor has accepted the days before the holidays; the others are confirmed."""
DAYS_IN_A_REQUEST = 500


def count_days(run: DemoRun, relationships: Sequence[dict[str, Any]]) -> None:
    """Log, confirm and accept the days of all placements, the schools and the tutor many at once."""
    lines: dict[str, list[dict[str, Any]]] = {}

    def log(numbered: tuple[int, dict[str, Any]]) -> None:
        number, relationship = numbered
        days = list(_days(number, relationship))
        body = {"days": [{"on": f"{day}"} for day in days]}
        run.client.post(
            trainee(relationship["trainee_id"]), "sessions", f"{relationship_path(relationship)}/days/log", body
        )
        about = {"relationship_id": relationship["relationship_id"]}
        lines.setdefault(relationship["school_urn"], []).extend({**about, "on": f"{day}"} for day in days)

    run.for_each("Days at school logged", list(enumerate(relationships)), log)

    def confirm(urn: str) -> None:
        for some in _in_requests(lines[urn]):
            run.client.post(school_lead(urn), "sessions", "/days/confirmation", {"days": some})

    run.for_each("Days confirmed by each school", sorted(lines), confirm)
    to_accept = [line for urn in sorted(lines) for line in lines[urn] if line["on"] < f"{ACCEPTED_UNTIL}"]

    def accept(some: Sequence[dict[str, Any]]) -> None:
        run.client.post(TUTOR, "sessions", "/days/acceptance", {"days": some})

    run.for_each("Days accepted by the provider", _in_requests(to_accept), accept)


def _in_requests(lines: Sequence[dict[str, Any]]) -> list[Sequence[dict[str, Any]]]:
    return [lines[first : first + DAYS_IN_A_REQUEST] for first in range(0, len(lines), DAYS_IN_A_REQUEST)]


def _days(number: int, relationship: Mapping[str, Any]) -> Iterator[date]:
    """The days on which a trainee was at the school: all but the holidays and a day of illness now and then."""
    for nth in range(WEEKS * 7):
        day = FIRST_MONDAY + timedelta(days=nth)
        at_school = day.weekday() < 5 and nth // 7 != HOLIDAYS and (number * 11 + nth) % 29
        if at_school and relationship["starts_on"] <= f"{day}" <= relationship["ends_on"]:
            yield day
