"""Requests to the referral service of a partnership, and what its refusals are."""

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


async def send(ours: Partnership, path: str, who: Headers | None = None, /, **body: Any) -> httpx.Response:
    """Post to a route."""
    return await ours.http.post(path, json=body, headers=who or ours.lead)


async def post_ok(ours: Partnership, path: str, who: Headers | None = None, /, **body: Any) -> dict[str, Any]:
    """Post to a route and expect success; the answer has, as `position`, where the effect can be seen."""
    answer = await send(ours, path, who, **body)
    assert answer.status_code in (200, 201), answer.text
    return {**answer.json(), "position": answer.headers.get("Alongside-Position")}


async def open_programme(ours: Partnership, template: str = "ite-placement") -> str:
    """Open a programme from this template; answers its id."""
    return str((await post_ok(ours, "/programmes?again=true", **PROGRAMME | {"template": template}))["programme_id"])


async def register_pupil(ours: Partnership, reference: str = "P-1", **other: Any) -> str:
    """Register a pupil of a school; answers the id."""
    body = {
        "reference": reference,
        "given_name": "Sam",
        "family_name": "Oakes",
        "kind": "pupil",
        "school_urn": "990001",
        "year_group": "year_8",
        "on": "2026-09-07",
    }
    return str((await post_ok(ours, "/mentees", **body | other))["person_id"])


def problem_of(answer: httpx.Response) -> tuple[int, str]:
    """The status and the problem type of a refusal."""
    return answer.status_code, str(answer.json()["type"]).rpartition(":")[2]


def pointer_of(answer: httpx.Response) -> str:
    """The pointer to the first wrong field."""
    assert answer.status_code == 422, answer.text
    return str(answer.json()["errors"][0]["pointer"])
