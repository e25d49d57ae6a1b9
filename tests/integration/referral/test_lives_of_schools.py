"""Schools through newer extracts and the register's links: opened, closed, moved, followed; and their trusts."""

import csv
import io
from typing import Any

import pytest

from alongside.demo import partnership
from tests.integration.referral.partnership import ON, Partnership, topic_messages
from tests.support.people_files import MENTOR, sheet
from tests.support.services import Platform, eventually

pytestmark = pytest.mark.covers("R1", "R2")

SCHOOLS, MENTORS = partnership.SCHOOLS.read_bytes(), partnership.MENTORS.read_bytes()
OFFERS = partnership.OFFERS.read_bytes()
OLD, NEW = "990001", "990002"
LINKS = "URN,LinkURN,LinkName,LinkType,LinkEstablishedDate\r\n"


def extract(**changes: dict[str, str]) -> bytes:
    """The sample's extract with other cells for some URNs."""
    rows = list(csv.DictReader(io.StringIO(SCHOOLS.decode("cp1252"))))
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(row | changes.get(f"u{row['URN']}", {}) for row in rows)
    return out.getvalue().encode("cp1252")


CLOSED = {"EstablishmentStatus (code)": "2", "EstablishmentStatus (name)": "Closed", "CloseDate": "31-08-2026"}


def link(kind: str = "Successor", urn: str = OLD, to: str = NEW, day: str = "01-09-2026") -> bytes:
    return f"{LINKS}{urn},{to},Some School,{kind},{day}\r\n".encode()


async def prepare_partnership(platform: Platform) -> Partnership:
    """Import schools, mentors and offers, then close the first school."""
    ours = Partnership.new(platform)
    for kind, content in {"schools": SCHOOLS, "mentors": MENTORS, "offers": OFFERS}.items():
        await ours.import_file(kind, content)
    await ours.import_file("schools", extract(u990001=CLOSED))
    return ours


async def links_in(ours: Partnership, content: bytes, on: str = "2026-09-02") -> dict[str, Any]:
    found = (await ours.check_file("school_links", content)).json()
    body = {"on": on, "good_rows_only": True}
    done = await ours.http.post(f"/imports/{found['import_id']}/confirmation", json=body, headers=ours.lead)
    assert done.status_code == 200, done.text
    return {**found, **done.json(), "position": done.headers.get("Alongside-Position")}


async def at(ours: Partnership, urn: str, position: str | None = None) -> tuple[set[str], set[str]]:
    """The mentors and the offers at a school."""
    people = await ours.get("/people", position, limit=1000)
    offers = await ours.get("/offers", limit=1000)
    return (
        {person["person_id"] for person in people if person["school_urn"] == urn},
        {offer["offer_id"] for offer in offers if offer["school_urn"] == urn},
    )


async def test_a_newer_extract_tells_what_changed(platform: Platform) -> None:
    ours = Partnership.new(platform)
    await ours.import_file("schools", SCHOOLS)
    newer = extract(
        u990001=CLOSED,
        u990002={"Trusts (code)": "9999", "Trusts (name)": "Another Trust"},
        u990003={"NumberOfPupils": "77"},
        u990004={"EstablishmentStatus (code)": "3", "EstablishmentStatus (name)": "Open, but proposed to close"},
    )
    found = (await ours.check_file("schools", newer)).json()
    assert found["report"]["counts"] == {"closed": 1, "moved_trust": 1, "changed": 2}
    told = {school["urn"]: school for school in found["report"]["schools"]}
    assert told["990001"]["what"] == "closed"
    assert told["990002"]["fields"]["trust_code"][1] == "9999"
    assert told["990003"]["fields"] == {"pupils": [told["990003"]["fields"]["pupils"][0], 77]}
    assert told["990004"]["fields"] == {"status": ["open", "proposed_to_close"]}

    await ours.confirm(found["import_id"])
    assert (await ours.get(f"/imports/{found['import_id']}"))["report"] == found["report"]
    again = (await ours.check_file("schools", newer)).json()
    assert again["report"] == {"counts": {}, "schools": []}


async def test_a_closed_school_still_answers_and_opens_again_with_an_extract_that_says_so(platform: Platform) -> None:
    ours = Partnership.new(platform)
    await ours.import_file("schools", SCHOOLS)
    done = await ours.import_file("schools", extract(u990001=CLOSED))
    school = await ours.get(f"/schools/{OLD}", done["position"])
    assert (school["status"], school["closed_on"], school["successor_urn"]) == ("closed", "2026-08-31", None)
    found = (await ours.check_file("mentors", MENTORS)).json()
    assert {error["code"] for error in found["errors"]} == {"school_closed"}

    done = await ours.import_file("schools", SCHOOLS)
    assert (done["changed"], done["unchanged"]) == (1, 11)
    assert (await ours.get(f"/schools/{OLD}", done["position"]))["status"] == "open"


async def test_a_successor_takes_over_people_and_offers_and_the_old_urn_points_to_it(platform: Platform) -> None:
    ours = await prepare_partnership(platform)
    old, new = await at(ours, OLD), await at(ours, NEW)
    assert old[0]
    assert old[1]

    done = await links_in(ours, link())
    assert (done["new"], done["will_change"]["new"]) == (1, 1)
    assert done["report"]["counts"] == {
        "succeeded": 1,
        "person_moved": len(old[0]),
        "offer_moved": len(old[1]),
    }
    assert await at(ours, OLD, done["position"]) == (set(), set())
    assert await at(ours, NEW) == (old[0] | new[0], old[1] | new[1])
    school = await ours.get(f"/schools/{OLD}")
    assert (school["status"], school["successor_urn"]) == ("closed", NEW)
    assert (await ours.get(f"/schools/{NEW}"))["predecessors"] == [OLD]

    before = await ours.count_events()
    again = await links_in(ours, link("Successor - merged"))
    assert (again["new"], again["unchanged"]) == (0, 1)
    assert await ours.count_events() == before + 1  # that it was confirmed, and nothing else


async def test_offers_said_again_for_the_successor_are_the_ones_it_took_over(platform: Platform) -> None:
    ours = await prepare_partnership(platform)
    taken_over = (await at(ours, OLD))[1]
    offered = list(csv.DictReader(io.StringIO(OFFERS.decode())))
    rows = [row for row in offered if row["school_urn"] == OLD]
    subjects = {row["subject"] for row in rows}
    rivals = {row["school_urn"] for row in offered if row["subject"] in subjects}
    heir = next(school["urn"] for school in await ours.get("/schools") if school["urn"] not in rivals)
    done = await links_in(ours, link(to=heir))
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(row | {"school_urn": heir, "places": "7"} for row in rows)
    done = await ours.import_file("offers", out.getvalue().encode())
    assert done["new"] == 0
    offers = await ours.get("/offers", done["position"], limit=1000)
    assert taken_over <= {offer["offer_id"] for offer in offers if offer["places"] == 7 and offer["school_urn"] == heir}


async def test_an_error_about_a_closed_school_names_its_successor(platform: Platform) -> None:
    ours = await prepare_partnership(platform)
    await links_in(ours, link())
    found = (await ours.check_file("offers", OFFERS)).json()
    assert {error["code"] for error in found["errors"]} == {"school_closed"}
    assert all(f"{NEW} followed it" in error["message"] for error in found["errors"])


async def test_a_mentor_of_a_closed_school_is_imported_with_the_urn_of_its_successor(platform: Platform) -> None:
    ours = await prepare_partnership(platform)
    await links_in(ours, link())
    row = MENTOR | {"staff_reference": "M-900", "school_urn": OLD}
    [error] = (await ours.check_file("mentors", sheet(row))).json()["errors"]
    assert error["message"] == f"This school has closed; {NEW} followed it. Use that URN."
    assert (await ours.import_file("mentors", sheet(row | {"school_urn": NEW})))["new"] == 1


async def test_a_link_to_a_school_that_is_not_recorded_is_applied_after_a_newer_extract(platform: Platform) -> None:
    ours = Partnership.new(platform)
    for older in (extract(), extract(u990001=CLOSED)):
        without = b"".join(line for line in older.splitlines(keepends=True) if NEW.encode() not in line)
        await ours.import_file("schools", without)
    assert (await links_in(ours, link()))["skipped"] == {"successor_not_recorded": 1}
    await ours.import_file("schools", extract(u990001=CLOSED))
    done = await links_in(ours, link())
    assert done["new"] == 1
    assert (await ours.get(f"/schools/{OLD}", done["position"]))["successor_urn"] == NEW


async def test_a_chain_of_successors_ends_at_the_school_that_is_open(platform: Platform) -> None:
    ours = await prepare_partnership(platform)
    await ours.import_file("schools", extract(u990001=CLOSED, u990002=CLOSED))
    chain = link() + link(urn=NEW, to="990003").removeprefix(LINKS.encode())
    done = await links_in(ours, chain)
    assert done["new"] == 2
    assert (await at(ours, OLD, done["position"])) == (await at(ours, NEW)) == (set(), set())
    assert (await ours.get(f"/schools/{OLD}"))["successor_urn"] == "990003"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (link(day="01-09-2027"), "not_in_force_yet"),
        (link(urn="990003"), "still_open"),
        (link(to="123456"), "successor_not_recorded"),
        (link(urn="123456"), "school_not_recorded"),
        (link("Successor - Split School"), "split"),
        (link() + link(to="990003").removeprefix(LINKS.encode()), "several_successors"),
    ],
)
async def test_links_that_cannot_be_applied_are_counted_by_reason_and_move_nobody(
    platform: Platform, content: bytes, reason: str
) -> None:
    ours = await prepare_partnership(platform)
    before = await at(ours, OLD)
    found = (await ours.check_file("school_links", content)).json()
    assert (found["errors"], found["skipped"]) == ([], {reason: 1})
    done = await links_in(ours, content)
    assert done["new"] == 0
    assert await at(ours, OLD, done["position"]) == before


async def test_a_succession_is_undone_and_everybody_is_back(platform: Platform) -> None:
    ours = await prepare_partnership(platform)
    before = await at(ours, OLD), await at(ours, NEW)
    done = await links_in(ours, link())
    undone = await ours.http.post(f"/imports/{done['import_id']}/undo", json={"on": ON}, headers=ours.lead)
    assert undone.status_code == 200, undone.text
    assert (await at(ours, OLD, undone.headers["Alongside-Position"]), await at(ours, NEW)) == before
    school = await ours.get(f"/schools/{OLD}")
    assert (school["status"], school["successor_urn"]) == ("closed", None)
    assert (await ours.get(f"/schools/{NEW}"))["predecessors"] == []


async def test_schools_that_were_new_are_gone_after_an_undo(platform: Platform) -> None:
    ours = Partnership.new(platform)
    done = await ours.import_file("schools", SCHOOLS)
    undone = await ours.http.post(f"/imports/{done['import_id']}/undo", json={"on": ON}, headers=ours.lead)
    assert await ours.get("/schools", undone.headers["Alongside-Position"]) == []


async def test_other_services_are_told_of_closings_and_successors(platform: Platform) -> None:
    ours = await prepare_partnership(platform)
    await links_in(ours, link())

    async def is_published() -> bool:
        mine = [
            message for message in await topic_messages(platform, "referral") if ours.tenant.encode() in message.key
        ]
        types = {dict(message.headers)["ce_type"].decode() for message in mine}
        return {"referral.school_closed", "referral.school_succeeded"} <= types

    await eventually(is_published)


async def test_a_trust_is_the_schools_that_name_it(platform: Platform) -> None:
    ours = Partnership.new(platform)
    flagged = {"TrustSchoolFlag (code)": "3", "Trusts (code)": "3104", "Trusts (name)": "A Trust"}
    done = await ours.import_file("schools", extract(u990001=flagged, u990002=flagged | {"TrustSchoolFlag (code)": ""}))
    trusts = {each["trust_code"]: each for each in await ours.get("/trusts", done["position"])}
    assert (trusts["3104"]["trust_name"], trusts["3104"]["open_schools"]) == ("A Trust", 2)
    trust = await ours.get("/trusts/3104")
    assert [school["urn"] for school in trust["schools"]] == [OLD, NEW]
    assert (await ours.http.get("/trusts/nothing", headers=ours.lead)).status_code == 404
    codes = sorted(trusts)
    assert [each["trust_code"] for each in await ours.get("/trusts", after=codes[0])] == codes[1:]
    stranger = Partnership.new(platform)
    assert await stranger.get("/trusts") == []


@pytest.mark.parametrize("path", ["/trusts?limit=0", "/trusts?after=%00", "/trusts/%00"])
async def test_a_bad_question_about_trusts_is_refused(platform: Platform, path: str) -> None:
    ours = Partnership.new(platform)
    assert (await ours.http.get(path, headers=ours.lead)).status_code == 422
