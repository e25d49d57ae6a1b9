"""What HTTP promises of every read and every command: versions, HEAD, known parameters, repeats, no oracle."""

from typing import Any
from uuid import UUID

import pytest

from alongside.demo import partnership
from tests.integration.referral.partnership import Headers, Partnership
from tests.integration.referral.requests import PROGRAMME, open_programme, post_ok, problem_of, register_pupil, send
from tests.support.services import NO_SUCH_ID, Platform

OFFER = {
    "school_urn": "990001",
    "subject": "maths",
    "phase": "secondary",
    "places": 3,
    "starts_on": "2027-01-11",
    "ends_on": "2027-03-26",
    "on": "2026-07-01",
}
TERMS = {"role_kinds": ["general_mentor"], "facets": ["subject"], "load": {"ect": 1.5}, "on": "2026-09-01"}
TRAINING = {"provider": "1AB", "hours": 2, "on": "2026-10-01"}


@pytest.fixture(scope="module")
async def ours(platform: Platform) -> Partnership:
    """The sample partnership, projected."""
    ours = Partnership.new(platform)
    for kind in ("schools", "mentors", "trainees"):
        done = await ours.import_file(kind, getattr(partnership, kind.upper()).read_bytes())
    await ours.get("/people", done["position"])
    return ours


async def person(ours: Partnership, reference: str) -> str:
    return str((await ours.people_by_reference())[reference]["person_id"])


async def tag_of(ours: Partnership, path: str, who: Headers | None = None) -> str:
    """The ETag of a thing, with everything in it that was done before."""
    waits = ours.platform.after_own_commands("referral")
    answer = await ours.http.get(path, headers={**(who or ours.lead), **waits})
    assert answer.status_code == 200, answer.text
    return str(answer.headers["ETag"])


async def test_a_tag_of_a_read_guards_the_change_and_is_stale_after_it(ours: Partnership) -> None:
    offer = (await post_ok(ours, "/offers", **OFFER | {"subject": "physics"}))["offer_id"]
    tag = await tag_of(ours, f"/offers/{offer}")
    confirmation, body = f"/offers/{offer}/confirmation", {"on": "2026-07-02"}

    first = await ours.http.post(confirmation, json=body, headers={**ours.lead, "If-Match": tag})
    second = await ours.http.post(confirmation, json={"on": "2026-07-03"}, headers={**ours.lead, "If-Match": tag})

    assert first.status_code == 200, first.text
    assert problem_of(second) == (412, "changed")
    fresh = await tag_of(ours, f"/offers/{offer}")
    third = await ours.http.post(confirmation, json={"on": "2026-07-03"}, headers={**ours.lead, "If-Match": fresh})
    assert third.status_code == 200


async def test_a_person_has_one_version_over_all_that_is_recorded_of_them(ours: Partnership) -> None:
    who = await person(ours, "M-003")
    tag = await tag_of(ours, f"/people/{who}")
    await post_ok(ours, f"/people/{who}/mentoring", **TERMS)

    late = await ours.http.post(f"/people/{who}/training", json=TRAINING, headers={**ours.lead, "If-Match": tag})

    assert problem_of(late) == (412, "changed")
    tag = await tag_of(ours, f"/people/{who}")
    done = await ours.http.post(f"/people/{who}/training", json=TRAINING, headers={**ours.lead, "If-Match": tag})
    assert done.status_code == 201, done.text


async def test_what_has_not_changed_is_not_sent_again(ours: Partnership) -> None:
    who = await person(ours, "M-004")
    tag = await tag_of(ours, f"/people/{who}")

    same = await ours.http.get(f"/people/{who}", headers={**ours.lead, "If-None-Match": tag})
    assert (same.status_code, same.content, same.headers["ETag"]) == (304, b"", tag)

    done = await post_ok(ours, f"/people/{who}/mentoring", **TERMS)
    waits = {"Alongside-Min-Position": done["position"], "If-None-Match": tag}
    changed = await ours.http.get(f"/people/{who}", headers={**ours.lead, **waits})
    assert (changed.status_code, changed.headers["ETag"] != tag) == (200, True)


async def test_if_match_where_nothing_is_changed_is_refused(ours: Partnership) -> None:
    refused = await ours.http.post("/programmes", json=PROGRAMME, headers={**ours.lead, "If-Match": '"1"'})

    assert (problem_of(refused), refused.json()["errors"][0]["pointer"]) == ((422, "invalid"), "header:if-match")


@pytest.mark.parametrize("path", ["/people", "/programmes", "/health/live"])
async def test_head_answers_as_get_without_a_body(ours: Partnership, path: str) -> None:
    get, head = await ours.http.get(path, headers=ours.lead), await ours.http.head(path, headers=ours.lead)

    assert (head.status_code, head.content) == (get.status_code, b"")
    assert head.headers == get.headers


async def test_a_parameter_that_is_not_there_is_refused_with_those_that_are(ours: Partnership) -> None:
    refused = await ours.http.get("/people", params={"lmit": 5, "kind": "mentor"}, headers=ours.lead)

    assert problem_of(refused) == (422, "invalid")
    assert refused.json()["errors"] == [
        {"pointer": "query:lmit", "detail": "There is no parameter lmit here. There is after, kind, limit."}
    ]
    none = await ours.http.get("/programmes?on=2026-09-01", headers=ours.lead)
    assert none.json()["detail"] == "There is no parameter on at this address, which has none."
    twice = await ours.http.get("/people?limit=1&limit=2", headers=ours.lead)
    assert twice.json()["detail"] == "Give limit once."


async def test_an_id_means_the_same_in_capitals_and_braces_and_is_stored_in_one_form(ours: Partnership) -> None:
    who = await person(ours, "M-005")
    for spelt in (who.upper(), f"{{{who}}}", f"urn:uuid:{who}"):
        assert (await ours.http.get(f"/people/{spelt}", headers=ours.lead)).json()["person_id"] == who
        themselves = ours.bearer("mentor", subject=spelt)
        seen = await ours.http.get(f"/people/{who}", headers=themselves)
        assert seen.status_code == 200, spelt
    done = await post_ok(ours, f"/people/{who}/mentoring", ours.bearer("mentor", subject=who.upper()), **TERMS)
    history = await ours.get(f"/people/{who}/history", done["position"])
    assert history[-1]["by"] == who


async def test_an_answer_is_repeated_only_while_its_sender_may_still_do_it(ours: Partnership) -> None:
    who = await person(ours, "M-006")
    school = (await ours.get(f"/people/{who}"))["school_urn"]
    head, key = ours.bearer("school_lead", subject=str(UUID(int=7)), schools=(school,)), {"Idempotency-Key": "once"}
    path = f"/people/{who}/mentoring"
    assert (await ours.http.post(path, json=TERMS, headers={**head, **key})).status_code == 200
    assert (await ours.http.post(path, json=TERMS, headers={**head, **key})).status_code == 200

    moved = ours.bearer("school_lead", subject=str(UUID(int=7)), schools=("990009",))

    assert (await ours.http.post(path, json=TERMS, headers={**moved, **key})).status_code == 404


def commands_that_create(programme: str, mentor: str, trainee: str) -> dict[str, dict[str, Any]]:
    """Return the paths of commands that create something, each with a body."""
    return {
        "/programmes": PROGRAMME | {"title": "Twice"},
        f"/people/{mentor}/training": TRAINING | {"hours": 4},
        "/referrals": {
            "programme_id": programme,
            "trainee_id": trainee,
            "purpose": "induction",
            "reasons": ["general_placement"],
            "on": "2026-09-01",
        },
    }


async def test_what_is_sent_twice_by_mistake_is_recorded_once_and_on_purpose_twice(ours: Partnership) -> None:
    mentor, trainee = await person(ours, "M-007"), await person(ours, "T26-001")
    programme = await open_programme(ours, "ite-placement")
    for path, body in commands_that_create(programme, mentor, trainee).items():
        first = await ours.http.post(path, json=body, headers=ours.lead)
        assert first.status_code == 201, first.text
        before = await ours.count_events()

        second = await ours.http.post(path, json=dict(reversed(body.items())), headers=ours.lead)

        assert problem_of(second) == (409, "sent-before")
        assert second.json()["existing"] == first.json()
        assert await ours.count_events() == before
        third = await ours.http.post(f"{path}?again=true", json=body, headers=ours.lead)
        if path == "/referrals":  # a second one for the same purpose is refused however it is sent
            assert problem_of(third) == (409, "referred-before")
            continue
        assert third.status_code == 201, third.text
        assert third.json() != first.json()
        somebody_else = ours.bearer("partnership_lead")
        assert (await ours.http.post(path, json=body, headers=somebody_else)).status_code == 201


async def test_to_another_school_what_exists_answers_as_what_does_not(ours: Partnership) -> None:
    mentor = await person(ours, "M-001")
    erased = await person(ours, "M-008")
    await post_ok(ours, f"/people/{erased}/erasure", on="2026-09-01")
    offer = (await post_ok(ours, "/offers", **OFFER))["offer_id"]
    pupil = await register_pupil(ours)
    programme = await open_programme(ours, "pupil-mentoring")
    referral = (
        await post_ok(
            ours,
            "/referrals",
            programme_id=programme,
            trainee_id=pupil,
            purpose="challenge",
            reasons=["attendance"],
            on="2026-09-14",
        )
    )["referral_id"]
    trainee = ours.bearer("trainee")
    outsiders = [
        ours.bearer("school_lead", schools=("990002",)),
        ours.bearer("mentor"),
        trainee,
        ours.bearer("tutor"),
        ours.bearer("operator"),
    ]
    changes: list[tuple[str, str, dict[str, Any]]] = [
        *(
            (person_id, f"/people/{{}}/{step}", body)
            for person_id in (mentor, erased)
            for step, body in (
                ("mentoring", TERMS),
                ("training", TRAINING),
                ("relations", {"other_id": pupil, "kind": "family", "on": "2026-09-01"}),
                ("relations/end", {"other_id": pupil, "kind": "family", "on": "2026-09-01"}),
            )
        ),
        (offer, "/offers/{}/confirmation", {"on": "2026-09-02"}),
        (offer, "/offers/{}/withdrawal", {"on": "2026-09-02"}),
    ]
    for who in outsiders:
        for existing, path, body in changes:
            real = await ours.http.post(path.format(existing), json=body, headers=who)
            none = await ours.http.post(path.format(NO_SUCH_ID), json=body, headers=who)
            assert (real.status_code, real.json()) == (none.status_code, none.json()), path
        for existing, path in ((mentor, "/people/{}"), (erased, "/people/{}"), (offer, "/offers/{}")):
            real = await ours.http.get(path.format(existing), headers=who)
            none = await ours.http.get(path.format(NO_SUCH_ID), headers=who)
            assert (real.status_code, real.json()) == (none.status_code, none.json()), path
    for step, body in (("withdrawal", {"on": "2026-09-15"}), ("consent", {"given": True, "on": "2026-09-15"})):
        real = await ours.http.post(f"/referrals/{referral}/{step}", json=body, headers=trainee)
        none = await ours.http.post(f"/referrals/{NO_SUCH_ID}/{step}", json=body, headers=trainee)
        assert (real.status_code, real.json()) == (none.status_code, none.json()), step
    period = {"school_urn": "990001"}
    body = {"periods": [period], "on": "2026-09-01"}
    moved = [
        await ours.http.put(f"/people/{person_id}/schools", json=body, headers=outsiders[0])
        for person_id in (mentor, NO_SUCH_ID)
    ]
    assert moved[0].json() == moved[1].json()
    assert await send(ours, f"/people/{mentor}/mentoring", ours.bearer("mentor", subject=mentor), **TERMS)


async def test_a_person_with_one_name_is_registered_shown_and_named(ours: Partnership) -> None:
    one = await register_pupil(ours, "P-ONE", given_name="", family_name="Suharto")

    assert (await ours.get(f"/people/{one}"))["given_name"] == ""
    assert await ours.get("/names", ids=one) == {one: "Suharto"}
    refused = await send(ours, "/mentees", reference="P-NONE", given_name="Sam", family_name=" ", kind="teacher")
    assert "/family_name" in [error["pointer"] for error in refused.json()["errors"]]
