"""Deferral and return, withdrawal and reinstatement; two records of one person; a record that was a mistake."""

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest

from alongside.demo import partnership
from shared.events.matching import PairConfirmed, PairProposed, PairWithdrawn
from tests.integration.referral.partnership import Partnership, topic_messages
from tests.integration.referral.requests import open_programme, pointer_of, post_ok, problem_of, register_pupil, send
from tests.support.services import Platform, eventually, publish_events

pytestmark = pytest.mark.covers("R7")

LEFT = {"trigger": "trainee", "reasons": ["trainee_workload_issues"], "future_interest": "yes"}


@pytest.fixture
async def ours(platform: Platform) -> Partnership:
    """The sample partnership's schools, mentors and trainees."""
    ours = Partnership.new(platform)
    for kind in ("schools", "mentors", "trainees"):
        done = await ours.import_file(kind, getattr(partnership, kind.upper()).read_bytes())
    await ours.people_by_reference(done["position"])
    return ours


async def person(ours: Partnership, reference: str) -> str:
    return str((await ours.people_by_reference())[reference]["person_id"])


async def types_of(ours: Partnership, topic: str, stream: str) -> list[tuple[str, bool]]:
    """The types of a stream's messages on a topic, each with whether it has a value."""
    key = f"{ours.tenant}/{stream}".encode()
    found = [message for message in await topic_messages(ours.platform, topic) if message.key == key]
    return [(dict(message.headers)["ce_type"].decode(), message.value is not None) for message in found]


async def refer_trainee(ours: Partnership, trainee_id: str, programme: str | None = None) -> str:
    about = {"purpose": "induction", "reasons": ["general_placement"], "note": "Likes physics.", "on": "2026-07-02"}
    programme = programme or await open_programme(ours)
    made = await post_ok(
        ours, "/referrals", ours.bearer("tutor"), programme_id=programme, trainee_id=trainee_id, **about
    )
    return f"/referrals/{made['referral_id']}"


async def test_a_trainee_defers_comes_back_leaves_and_is_taken_back(ours: Partnership) -> None:
    who = await person(ours, "T26-001")
    where = f"/people/{who}"
    steps: list[tuple[str, dict[str, Any], str]] = [
        ("deferral", {"reason": "A hip operation.", "expected_back_on": "2027-01-04", "on": "2026-10-01"}, "deferred"),
        ("return", {"on": "2027-01-04"}, "in_training"),
        ("withdrawal", LEFT | {"on": "2027-02-01"}, "withdrawn"),
        ("reinstatement", {"on": "2027-03-01"}, "in_training"),
    ]
    for step, body, standing in steps:
        done = await post_ok(ours, f"{where}/{step}", **body)
        assert done["standing"] == standing
        seen = (await ours.get(where, done["position"]))["standing"]
        assert (seen["standing"], seen["since"]) == (standing, body["on"])
        if step == "withdrawal":
            assert (seen["trigger"], seen["reasons"]) == ("trainee", ["trainee_workload_issues"])
    history = [step for step in await ours.get(f"{where}/history") if "person" not in step["what"]]
    assert [step["happened_on"] for step in history if "trainee_recorded" not in step["what"]] == [
        body["on"] for _, body, _ in steps
    ]

    async def is_published() -> bool:
        return len(await types_of(ours, "referral", f"standing-{who}")) == 4

    await eventually(is_published)
    # what a programme's forms ask for may have these words too
    sent = [
        message.value
        for message in await topic_messages(ours.platform, "referral")
        if dict(message.headers)["ce_type"] != b"referral.programme_opened"
    ]
    assert not any(b"workload" in (value or b"") or b"operation" in (value or b"") for value in sent)


async def test_a_trainee_who_withdrew_cannot_be_referred(ours: Partnership) -> None:
    who = await person(ours, "T26-001")
    await post_ok(ours, f"/people/{who}/withdrawal", **LEFT, on="2026-07-01")
    body = {"purpose": "induction", "reasons": ["general_placement"], "on": "2026-07-02"}
    programme = await open_programme(ours)
    assert pointer_of(await send(ours, "/referrals", programme_id=programme, trainee_id=who, **body)) == "/trainee_id"


async def test_mentors_neither_defer_nor_withdraw(ours: Partnership) -> None:
    who = await person(ours, "M-001")
    assert problem_of(await send(ours, f"/people/{who}/deferral", on="2026-10-01")) == (409, "not-alike")


async def test_whoever_is_deferred_under_one_of_two_records_is_deferred_when_these_are_merged(
    ours: Partnership,
) -> None:
    merged, kept = await person(ours, "T26-001"), await person(ours, "T26-002")
    deferral = {"on": "2026-09-01", "expected_back_on": "2027-01-04", "reason": "Family."}
    await post_ok(ours, f"/people/{merged}/deferral", **deferral)
    done = await post_ok(ours, f"/people/{merged}/merge", into=kept, on="2026-10-01")
    standing = (await ours.get(f"/people/{kept}", done["position"]))["standing"]
    assert (standing["standing"], standing["since"], standing["expected_back_on"], standing["reason"]) == (
        "deferred", "2026-09-01", "2027-01-04", "Family.",
    )  # fmt: skip


async def test_two_records_of_one_trainee_become_one(ours: Partnership) -> None:
    merged, kept = await person(ours, "T26-001"), await person(ours, "T26-002")
    where = await refer_trainee(ours, merged)
    done = await post_ok(ours, f"/people/{merged}/merge", into=kept, on="2026-08-01")

    # whoever they were looks under either id, and sees the referral that was theirs
    assert (await ours.get(f"/people/{merged}", done["position"]))["person_id"] == kept
    assert merged not in {each["person_id"] for each in (await ours.people_by_reference()).values()}
    for subject in (merged, kept):
        them = ours.bearer("trainee", subject=subject)
        assert (await ours.get(f"/people/{kept}", who=them))["person_id"] == kept
        [found] = await ours.get("/referrals", who=them)
        assert (found["trainee_id"], found["note"]) == (kept, "Likes physics.")

    # what happens next happens under the id that was kept
    await post_ok(ours, f"{where}/countersignature", on="2026-08-02")
    accepted = await post_ok(ours, f"{where}/acceptance", on="2026-08-03")
    assert (await ours.get(where, accepted["position"]))["trainee_id"] == kept
    history = await ours.get(f"/people/{kept}/history")
    assert [step["what"] for step in history].count("referral.trainee_recorded") == 2

    deferred = await post_ok(ours, f"/people/{merged}/deferral", on="2026-09-01")
    assert deferred["person_id"] == kept

    async def is_published() -> bool:
        types = [type_ for type_, _ in await types_of(ours, "referral", f"person-{merged}")]
        names = await types_of(ours, "people", f"person-{merged}")
        return types[-1:] == ["referral.people_merged"] and names[-1:] == [("referral.people_merged", False)]

    await eventually(is_published)
    rows = (await ours.check_file("trainees", partnership.TRAINEES.read_bytes())).json()["errors"]
    assert [(error["line"], error["code"]) for error in rows] == [(2, "merged")]


def pair_confirmed(trainee_id: str, **days: str) -> PairConfirmed:
    return PairConfirmed.model_validate(
        {
            "happened_on": "2026-07-10", "pair_id": uuid4(), "programme_id": uuid4(), "referral_id": uuid4(),
            "trainee_id": trainee_id, "mentor_id": uuid4(), "school_urn": "990001", "subject": "physics",
            "starts_on": "2026-09-14", "ends_on": "2026-12-18", "meetings_per_week": 1, "targets_per_meeting": 3,
            "assessor_is_not_mentor": True, "mentor_hours_per_week": 1.5, **days,
        }
    )  # fmt: skip


async def publish_pair(ours: Partnership, event: PairConfirmed | PairWithdrawn) -> None:
    await publish_events(ours.platform, "matching", ours.tenant, f"pair-{event.pair_id}", event)
    await eventually(partial(ours.platform.has_consumed, "referral"))


async def test_two_records_that_are_both_placed_are_merged_when_one_placement_was_withdrawn(ours: Partnership) -> None:
    merged, kept = await person(ours, "T26-001"), await person(ours, "T26-002")
    first, second = pair_confirmed(merged), pair_confirmed(kept, starts_on="2026-12-18", ends_on="2027-03-26")
    for pair in (first, second, pair_confirmed(kept, starts_on="2027-04-12", ends_on="2027-06-25")):
        await publish_pair(ours, pair)

    refused = await send(ours, f"/people/{merged}/merge", into=kept, on="2026-08-01")

    assert problem_of(refused) == (409, "both-placed")
    assert refused.json()["referrals"] == [str(first.referral_id), str(second.referral_id)]
    assert "from 2026-09-14 to 2026-12-18" in refused.json()["detail"]
    with_itself = await send(ours, f"/people/{merged}/merge", into=merged, on="2026-08-01")
    assert (pointer_of(with_itself), "the same record" in with_itself.json()["errors"][0]["detail"]) == ("/into", True)
    withdrawn = PairWithdrawn.model_validate(
        first.model_dump(include=set(PairWithdrawn.model_fields)) | {"reason": "trainee_left"}
    )
    await publish_pair(ours, withdrawn)
    await post_ok(ours, f"/people/{merged}/merge", into=kept, on="2026-08-01")


async def test_an_erasure_after_a_merge_forgets_both_records(ours: Partnership) -> None:
    first, second, kept = [await person(ours, f"T26-00{number}") for number in (1, 2, 3)]
    await post_ok(ours, f"/people/{first}/merge", into=second, on="2026-08-01")
    await post_ok(ours, f"/people/{second}/merge", into=kept, on="2026-08-02")
    erased = await post_ok(ours, f"/people/{first}/erasure", on="2026-08-03")
    for each in (first, second, kept):
        waits = ours.lead | {"Alongside-Min-Position": erased["position"]}
        assert (await ours.http.get(f"/people/{each}", headers=waits)).status_code == 404
        gone = await ours.fetch_value("select wrapped is null from subject_keys where subject = $1", each)
        assert gone is True

        async def is_published(stream: str = f"person-{each}") -> bool:
            return ("referral.person_erased", True) in await types_of(ours, "referral", stream)

        await eventually(is_published)


async def test_a_merge_keeps_relations_and_training_of_both_records(ours: Partnership) -> None:
    merged, kept, other = [await person(ours, reference) for reference in ("M-001", "M-002", "M-003")]
    await post_ok(ours, f"/people/{merged}/relations", other_id=other, kind="family", on="2026-07-01")
    await post_ok(ours, f"/people/{merged}/training", provider="1AB", hours=10, on="2026-06-01")
    await post_ok(ours, f"/people/{kept}/training", provider="1AB", hours=10, on="2026-06-02")
    done = await post_ok(ours, f"/people/{merged}/merge", into=kept, on="2026-08-01")
    seen = await ours.get(f"/people/{kept}", done["position"])
    assert [relation["other_id"] for relation in seen["relations"]] == [other]
    assert [(training["hours"], training["claimable"]) for training in seen["training"]] == [
        (20, 16)
    ]  # one person, one allowance


async def test_only_records_of_one_kind_and_that_stand_are_merged(ours: Partnership) -> None:
    trainee, mentor, other = [await person(ours, reference) for reference in ("T26-001", "M-001", "T26-002")]
    before = await ours.count_events()
    assert problem_of(await send(ours, f"/people/{trainee}/merge", into=mentor, on="2026-08-01")) == (409, "not-alike")
    assert pointer_of(await send(ours, f"/people/{trainee}/merge", into=trainee, on="2026-08-01")) == "/into"
    nobody = str(uuid4())
    assert problem_of(await send(ours, f"/people/{trainee}/merge", into=nobody, on="2026-08-01"))[0] == 404
    assert problem_of(await send(ours, f"/people/{nobody}/merge", into=trainee, on="2026-08-01"))[0] == 404
    school = ours.bearer("school_lead", schools=("990001",))
    assert problem_of(await send(ours, f"/people/{trainee}/merge", school, into=other, on="2026-08-01"))[0] == 403
    assert await ours.count_events() == before


async def test_a_mistaken_registration_is_undone_and_can_be_made_again(ours: Partnership) -> None:
    pupil = await register_pupil(ours, "P-1")
    done = await post_ok(ours, f"/people/{pupil}/undo", on="2026-09-08")
    waits = ours.lead | {"Alongside-Min-Position": done["position"]}
    assert (await ours.http.get(f"/people/{pupil}", headers=waits)).status_code == 404

    async def is_published() -> bool:
        names = await types_of(ours, "people", f"person-{pupil}")
        return names[-1:] == [("referral.registration_undone", False)]

    await eventually(is_published)
    assert await register_pupil(ours, "P-1") == pupil


async def test_a_registration_on_which_something_was_built_stays(ours: Partnership) -> None:
    referred_one, deferred, mentor = [await person(ours, reference) for reference in ("T26-001", "T26-002", "M-001")]
    await refer_trainee(ours, referred_one)
    await post_ok(ours, f"/people/{deferred}/deferral", on="2026-07-02")
    await post_ok(ours, f"/people/{mentor}/training", provider="1AB", hours=2, on="2026-06-01")
    for each in (referred_one, deferred, mentor):
        assert problem_of(await send(ours, f"/people/{each}/undo", on="2026-08-01")) == (409, "built-on")


async def test_the_way_that_is_named_instead_of_undoing_a_record_can_be_gone(ours: Partnership) -> None:
    trainee, mentor = await person(ours, "T26-001"), await person(ours, "M-001")
    await refer_trainee(ours, trainee)
    await post_ok(ours, f"/people/{mentor}/training", provider="1AB", hours=2, on="2026-06-01")
    until_july = {"school_urn": "990001", "starts_on": "2020-09-01", "ends_on": "2026-07-31"}
    ways: dict[str, tuple[str, str, Mapping[str, Any]]] = {
        f"/people/{trainee}": ("Withdraw the trainee instead.", "POST withdrawal", LEFT),
        f"/people/{mentor}": (
            "Say until which day the mentor is at the school instead.",
            "PUT schools",
            {"periods": [until_july]},
        ),
    }
    for path, (sentence, step, body) in ways.items():
        refused = await send(ours, f"{path}/undo", on="2026-08-01")
        assert refused.json()["detail"].endswith(f"so the record stays. {sentence}")
        method, name = step.split()
        done = await ours.http.request(method, f"{path}/{name}", json={**body, "on": "2026-08-01"}, headers=ours.lead)
        assert done.is_success, done.text


async def test_a_proposal_is_something_that_was_built(ours: Partnership, platform: Platform) -> None:
    trainee, mentor = await person(ours, "T26-001"), await person(ours, "M-001")
    proposed = PairProposed(
        happened_on=date(2026, 7, 10),
        pair_id=uuid4(),
        round_id=uuid4(),
        programme_id=uuid4(),
        referral_id=uuid4(),
        trainee_id=UUID(trainee),
        mentor_id=UUID(mentor),
        school_urn="990001",
        offer_id=uuid4(),
        travel_minutes=20,
    )
    before = await ours.count_events()
    await publish_events(platform, "matching", ours.tenant, f"pair-{proposed.pair_id}", proposed)

    async def has_recorded_both() -> bool:
        return await ours.count_events() == before + 2

    await eventually(has_recorded_both)
    for each in (trainee, mentor):
        assert problem_of(await send(ours, f"/people/{each}/undo", on="2026-08-01")) == (409, "built-on")


@pytest.mark.parametrize(
    ("path", "body", "pointer"),
    [
        ("deferral", {}, "/on"),
        ("deferral", {"on": "soon"}, "/on"),
        ("deferral", {"on": "2026-10-01", "expected_back_on": "2026-10-01"}, "/expected_back_on"),
        ("deferral", {"on": "2026-10-01", "reason": ""}, "/reason"),
        ("return", {"on": 7, "why": "x"}, None),
        ("withdrawal", LEFT | {"on": "2026-10-01", "trigger": "weather"}, "/trigger"),
        ("withdrawal", LEFT | {"on": "2026-10-01", "reasons": []}, "/reasons"),
        ("withdrawal", LEFT | {"on": "2026-10-01", "reasons": ["mandatory_reasons"]}, "/reasons/0"),
        ("withdrawal", LEFT | {"on": "2026-10-01", "future_interest": "perhaps"}, "/future_interest"),
        ("withdrawal", LEFT, "/on"),
        ("reinstatement", {"on": "2026-02-30"}, "/on"),
        ("merge", {"on": "2026-10-01"}, "/into"),
        ("merge", {"on": "2026-10-01", "into": "T26-002"}, "/into"),
        ("undo", {"on": None}, "/on"),
        ("undo", {"on": "2026-10-01", "really": True}, "/really"),
    ],
)
async def test_a_bad_field_is_pointed_to(
    ours: Partnership, path: str, body: dict[str, Any], pointer: str | None
) -> None:
    who = await person(ours, "T26-001")
    before = await ours.count_events()
    answer = await send(ours, f"/people/{who}/{path}", **body)
    assert answer.status_code == 422, answer.text
    assert pointer is None or pointer_of(answer) == pointer
    assert await ours.count_events() == before


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"reference": " "}, "/reference"),
        ({"kind": "trainee"}, "/kind"),
        ({"year_group": "year_99"}, "/year_group"),
        ({"year_group": None}, "/year_group"),
        ({"kind": "parent"}, "/year_group"),
        ({"school_urn": "99"}, "/school_urn"),
        ({"school_urn": "990099"}, "/school_urn"),
        ({"email": "nobody"}, "/email"),
        ({"given_name": 7}, "/given_name"),
        ({"age": 12}, "/age"),
    ],
)
async def test_a_mentee_is_registered_with_good_fields_only(
    ours: Partnership, change: dict[str, Any], pointer: str
) -> None:
    body = {"reference": "P-9", "given_name": "Sam", "family_name": "Oakes", "kind": "pupil", "school_urn": "990001"}
    before = await ours.count_events()
    answer = await send(ours, "/mentees", **body | {"year_group": "year_8", "on": "2026-09-07"} | change)
    assert pointer_of(answer) == pointer
    assert await ours.count_events() == before


async def test_a_mentee_is_registered_by_a_lead_of_their_school_and_once(ours: Partnership) -> None:
    await register_pupil(ours, "P-2")
    body = {"reference": "p-2", "given_name": "S", "family_name": "O", "kind": "parent", "school_urn": "990001"}
    again = await send(ours, "/mentees", **body, on="2026-09-07")
    assert problem_of(again) == (409, "already-registered")
    stranger = ours.bearer("school_lead", schools=("990002",))
    assert problem_of(await send(ours, "/mentees", stranger, **body, on="2026-09-07"))[0] == 403


async def test_a_deferral_sent_again_corrects_it_or_is_a_repetition(ours: Partnership) -> None:
    who = await person(ours, "T26-002")
    where = f"/people/{who}"
    steps = "select count(*) from events where tenant = $1 and stream = $2", ours.tenant, f"standing-{who}"
    wrong: dict[str, Any] = {"on": "2027-10-05", "reason": "A hip operation."}
    right = wrong | {"on": "2026-10-05", "expected_back_on": "2027-01-04"}
    for sent, events in ((wrong, 1), (wrong, 1), (right, 2), (right, 2), (right | {"reason": "Other."}, 3)):
        await post_ok(ours, f"{where}/deferral", **sent)
        assert await ours.fetch_value(*steps) == events
    await post_ok(ours, f"{where}/return", on="2027-01-04")

    for left, events in ((LEFT, 5), (LEFT, 5), (LEFT | {"future_interest": "no"}, 6)):
        await post_ok(ours, f"{where}/withdrawal", **left, on="2027-02-01")
        assert await ours.fetch_value(*steps) == events
