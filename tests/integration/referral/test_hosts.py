"""Hosts without a URN over HTTP: recorded, corrected, closed, found in files, and followed by a school."""

from typing import Any

import pytest

from tests.integration.referral.partnership import ON, Partnership
from tests.integration.referral.requests import pointer_of, post_ok, problem_of, send
from tests.integration.referral.test_lives_of_schools import SCHOOLS, link, links_in
from tests.support.people_files import MENTOR, sheet
from tests.support.services import Platform

pytestmark = pytest.mark.covers("R1")

HOST: dict[str, Any] = {
    "name": "Little Acorns",
    "postcode": "LS6 3HN",
    "kind": "nursery",
    "phases": ["primary"],
    "on": ON,
}


@pytest.fixture
async def ours(platform: Platform) -> Partnership:
    """A partnership with the sample's schools."""
    new = Partnership.new(platform)
    done = await new.import_file("schools", SCHOOLS)
    await new.get("/schools", done["position"])
    return new


async def put(ours: Partnership, urn: str, **other: Any) -> Any:
    return await ours.http.put(f"/hosts/{urn}", json=HOST | other, headers=ours.lead)


async def test_a_host_is_recorded_once_and_listed_after_the_schools(ours: Partnership) -> None:
    made = await post_ok(ours, "/hosts", **HOST)
    again = await post_ok(ours, "/hosts", **HOST | {"name": "LITTLE  acorns", "postcode": "ls63hn"})
    assert again["urn"] == made["urn"]
    listed = await ours.get("/schools", limit=1000)
    assert [school["urn"] for school in listed][-1] == made["urn"]
    assert listed[-1]["type_of_establishment"] == "Nursery without a URN"
    shown = await ours.get(f"/schools/{made['urn']}")
    assert (shown["name"], shown["postcode"], shown["phases"]) == ("LITTLE acorns", "LS6 3HN", ["primary"])


async def test_a_host_without_a_point_is_in_the_middle_of_its_district_s_schools(ours: Partnership) -> None:
    schools = [school for school in await ours.get("/schools", limit=1000) if school["easting"] and school["postcode"]]
    district = schools[0]["postcode"].split()[0]
    there = [school for school in schools if school["postcode"].split()[0] == district]
    made = await post_ok(ours, "/hosts", **HOST | {"postcode": f"{district} 9ZZ"})
    for axis in ("easting", "northing"):
        assert abs(made[axis] - sum(school[axis] for school in there) / len(there)) <= 0.5
    nowhere = await post_ok(ours, "/hosts", **HOST | {"postcode": "ZE1 0AA"})
    assert (nowhere["easting"], nowhere["northing"]) == (None, None)


async def test_a_slip_is_corrected_and_a_host_closes_and_opens_again(ours: Partnership) -> None:
    made = await post_ok(ours, "/hosts", **HOST | {"name": "Litle Acorns"})
    urn = made["urn"]
    assert (await put(ours, urn)).json()["name"] == "Little Acorns"
    wrong = await post_ok(ours, "/hosts", **HOST | {"name": "Litle Acorns"})
    assert wrong["urn"] != urn
    assert problem_of(await put(ours, wrong["urn"])) == (409, "host-is-recorded")
    closing = {"reason": "recorded_by_mistake", "on": "2026-07-02"}
    assert (await post_ok(ours, f"/hosts/{wrong['urn']}/closure", **closing))["closed"]
    assert problem_of(await send(ours, f"/hosts/{wrong['urn']}/closure", **closing)) == (409, "host-is-closed")
    assert (await ours.get(f"/schools/{wrong['urn']}"))["status"] == "closed"
    assert not (await post_ok(ours, "/hosts", **HOST | {"name": "Litle Acorns"}))["closed"]


async def test_only_the_lead_records_hosts_and_only_those_that_can_be_found(ours: Partnership) -> None:
    refused = await send(ours, "/hosts", ours.bearer("school_lead", schools=("990001",)), **HOST)
    assert refused.status_code == 403
    assert pointer_of(await send(ours, "/hosts", **HOST | {"postcode": "LS6"})) == "/postcode"
    assert (await put(ours, "H999999")).status_code == 404
    assert (await put(ours, "990001")).status_code == 422


async def test_a_school_of_the_register_follows_a_host_by_the_file_of_links(ours: Partnership) -> None:
    urn = (await post_ok(ours, "/hosts", **HOST))["urn"]
    done = await ours.import_file("mentors", sheet(MENTOR | {"school_urn": urn}))
    (mentor,) = await ours.get("/people", done["position"])
    assert mentor["school_urn"] == urn
    await post_ok(ours, f"/hosts/{urn}/closure", reason="closed", on="2026-08-31")
    moved = await links_in(ours, link(urn=urn, to="990002"))
    (mentor,) = await ours.get("/people", moved["position"])
    assert mentor["school_urn"] == "990002"
    assert (await ours.get(f"/schools/{urn}"))["successor_urn"] == "990002"
    assert problem_of(await send(ours, "/hosts", **HOST)) == (409, "host-is-school")
    assert problem_of(await put(ours, urn)) == (409, "host-is-school")
