"""A token of one partnership sees nothing of another, on any route of any service."""

from collections.abc import Iterator
from importlib import import_module
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alongside.demo.personas import Persona
from alongside.local.platform import SERVICES
from shared.kernel.http.application import application
from tests.e2e.conftest import Demo

ROLES = ("partnership_lead", "school_lead", "mentor", "trainee", "tutor", "operator")


def _routes() -> list[tuple[str, str, str]]:
    found = []
    for service in SERVICES:
        app: FastAPI = application(service, import_module(f"services.{service}.main").SERVICE.routers, largest_file=1)
        for path, operations in app.openapi()["paths"].items():
            found += [(service, method.upper(), path) for method in operations]
    return found


def _ids(value: Any) -> Iterator[str]:
    """Every id in an answer."""
    if isinstance(value, dict):
        for name, part in value.items():
            if name.endswith(("_id", "urn")) and isinstance(part, str):
                yield part
            yield from _ids(part)
    elif isinstance(value, list):
        for part in value:
            yield from _ids(part)


@pytest.fixture(scope="module")
def ours(demo: Demo) -> dict[str, list[str]]:
    """Ids of the demo partnership, by the name that a path or query gives them."""
    found: dict[str, set[str]] = {}
    everything = [demo.client.get(LEAD, service, path) for service, path in LISTS] + [demo.result.report]

    def collect(value: Any) -> None:
        if isinstance(value, dict):
            for name, part in value.items():
                if name.endswith(("_id", "urn")) and isinstance(part, str):
                    found.setdefault(name, set()).add(part)
                collect(part)
        elif isinstance(value, list):
            for part in value:
                collect(part)

    collect(everything)
    return {name: sorted(ids)[:5] for name, ids in found.items()}


LEAD = Persona(str(uuid4()), ("partnership_lead",))
LISTS = (
    ("referral", "/programmes"),
    ("referral", "/referrals"),
    ("referral", "/people"),
    ("referral", "/offers"),
    ("matching", "/rounds"),
    ("matching", "/pairs"),
    ("sessions", "/relationships"),
)


@pytest.fixture(scope="module")
def anybody() -> Iterator[httpx.Client]:
    """A client for all requests: to make one anew takes longer than most answers."""
    with httpx.Client(timeout=30) as client:
        yield client


@pytest.mark.covers("P14")
@pytest.mark.parametrize(("service", "method", "path"), _routes())
def test_a_stranger_learns_nothing(
    demo: Demo, anybody: httpx.Client, ours: dict[str, list[str]], service: str, method: str, path: str
) -> None:
    known = {id_ for ids in ours.values() for id_ in ids}

    @settings(
        max_examples=8, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    @given(
        roles=st.sets(st.sampled_from(ROLES), min_size=1),
        as_ours=st.booleans(),
        pick=st.integers(0, 4),
    )
    def stranger(roles: set[str], as_ours: bool, pick: int) -> None:
        # the stranger may even carry the ids of our people and schools: another tenant is another world
        subject = ours["mentor_id"][pick] if as_ours else str(uuid4())
        schools = ours["school_urn"] if as_ours else []
        token = demo.stack.issuer.token(subject, "other-side", sorted(roles), schools)
        asked = {name: ids[pick % len(ids)] for name, ids in ours.items()}
        filled = path.format_map({name: asked.get(name, asked["pair_id"]) for name in _names(path)})
        query = {"programme_id": asked["programme_id"], "trainee_id": asked["trainee_id"], "as_of": "2026-10-25"}

        answer = anybody.request(
            method,
            demo.addresses.http(service) + filled,
            params={**query, "kind": "mentor"},
            headers={"Authorization": f"Bearer {token}"},
            json={"on": "2026-10-25"} if method != "GET" else None,
        )

        assert answer.status_code in {200, 400, 403, 404, 409, 415, 422}, answer.text
        if answer.status_code == 200:
            ids = set(_ids(answer.json())) if "json" in answer.headers["content-type"] else set(answer.text.split(","))
            assert not ids & (known - set(asked.values()) - {subject}), "an id of another partnership was told"
            assert not any(name in answer.text for name in demo.result.names.values())

    stranger()


def _names(path: str) -> list[str]:
    return [part[1:-1] for part in path.split("/") if part.startswith("{")]
