"""What somebody says to a partnership's referral service, and what it refuses."""

from typing import Any

import httpx

from tests.integration.referral.partnership import Headers, Partnership

PROGRAMME = {
    "template": "ite-placement",
    "academic_year": "2026/27",
    "starts_on": "2026-09-01",
    "ends_on": "2027-07-31",
    "on": "2026-07-01",
}


async def say(ours: Partnership, path: str, who: Headers | None = None, /, **body: Any) -> httpx.Response:
    """Post to a route."""
    return await ours.http.post(path, json=body, headers=who or ours.lead)


async def said(ours: Partnership, path: str, who: Headers | None = None, /, **body: Any) -> dict[str, Any]:
    """Post to a route that takes it; answers with, as `position`, where it can be seen."""
    answer = await say(ours, path, who, **body)
    assert answer.status_code in (200, 201), answer.text
    return {**answer.json(), "position": answer.headers.get("Alongside-Position")}


async def a_programme(ours: Partnership, template: str = "ite-placement") -> str:
    """A programme of this template, opened."""
    return str((await said(ours, "/programmes", **PROGRAMME | {"template": template}))["programme_id"])


async def a_pupil(ours: Partnership, reference: str = "P-1", **other: Any) -> str:
    """A pupil of a school, registered."""
    body = {
        "reference": reference,
        "given_name": "Sam",
        "family_name": "Oakes",
        "kind": "pupil",
        "school_urn": "990001",
        "year_group": "year_8",
        "on": "2026-09-07",
    }
    return str((await said(ours, "/mentees", **body | other))["person_id"])


def kind_of(answer: httpx.Response) -> tuple[int, str]:
    """The status of a refusal and what kind of problem it is."""
    return answer.status_code, str(answer.json()["type"]).rpartition(":")[2]


def pointer_of(answer: httpx.Response) -> str:
    """The field that is to blame first."""
    assert answer.status_code == 422, answer.text
    return str(answer.json()["errors"][0]["pointer"])
