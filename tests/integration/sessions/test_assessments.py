"""An assessment is written by somebody who does not mentor the trainee."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from services.referral.programmes import templates
from services.sessions.commands import assessments as commands
from services.sessions.commands.assessments import AssessmentState
from services.sessions.domain.assessment_versions import STANDARDS, NewAssessment
from services.sessions.domain.trainees import TRAINEE, AddMentor, MentorsDoNotAssess
from shared.events.referral import PersonErased
from shared.kernel.answers import Answer
from shared.kernel.postgres import open_pool
from shared.kernel.postgres.notifier import PostgresNotifier
from shared.kernel.postgres.personal import Keyring
from shared.kernel.postgres.store import PostgresStore
from shared.kernel.principal import Principal
from shared.kernel.records import Cause
from shared.kernel.unit import CommandRequest, Commands, Unit
from tests.integration.sessions import storage
from tests.integration.sessions.pairs import (
    TENANT,
    Headers,
    Pair,
    a_pair,
    a_pair_in,
    a_placed_pair,
    a_tutor,
    assign,
    outsiders,
)
from tests.support.services import TODAY, Platform, eventually, publish_events

ON_TRACK = dict.fromkeys(STANDARDS, "on_track")
ON = {"on": "2026-10-30"}


def interim(pair: Pair, **fields: object) -> dict[str, Any]:
    return {
        "relationship_id": str(pair.relationship_id),
        "kind": "interim",
        "on": "2026-10-23",
        "judgements": ON_TRACK,
    } | fields


def text(**fields: object) -> dict[str, Any]:
    """The whole text of an assessment, to write it anew."""
    return ON | {"judgements": ON_TRACK} | fields


@pytest.fixture
async def pair(platform: Platform) -> Pair:
    """A pair in the programme of placements, in which tutor, coordinator and trainee sign in this order."""
    return await a_placed_pair(platform)


async def begin(pair: Pair, tutor: Headers, *, again: bool = False, **fields: object) -> str:
    """Begin an assessment, `again` beside others of its kind, and return its path."""
    begun = await pair.post(f"/assessments?again={again}", interim(pair, **fields), tutor)
    assert (begun.status_code, begun.json()["state"]) == (201, "drafting"), begun.text
    return f"/assessments/{begun.json()['assessment_id']}"


async def sign_all(pair: Pair, tutor: Headers, path: str = "", version: int = 1, **fields: Any) -> str:
    """Let an assessment be shared, commented and signed by all; return its path."""
    path = path or await begin(pair, tutor, **fields)
    steps = [
        await pair.put(f"{path}/sharing", ON, tutor),
        await pair.put(f"{path}/comment", ON | {"comment": "I agree."}, pair.trainee),
        *[
            await pair.post(f"{path}/signatures", ON | {"version": version}, who)
            for who in (tutor, pair.host_lead, pair.trainee)
        ],
    ]
    states = [step.json().get("state") for step in steps]
    assert states == ["shared", "commented", "signing", "signing", "signed"], [step.text for step in steps]
    return path


def read(answer: httpx.Response) -> list[str]:
    """The states of the versions that somebody reads of an assessment."""
    return [version["state"] for version in answer.json().get("versions", [])]


@pytest.mark.covers("S8")
async def test_an_assessment_goes_from_its_draft_to_whom_the_programme_sends_it(platform: Platform, pair: Pair) -> None:
    tutor_id, lead = uuid4(), platform.bearer("partnership_lead")
    tutor = await a_tutor(pair, person_id=tutor_id)
    judgements = ON_TRACK | {"TS7": "needs_support"}
    comments, answers = {"TS7": "Routines at the door.", "TS1": "Warm and firm."}, {"comment": "Three visits."}
    fields: dict[str, Any] = {
        "judgements": judgements,
        "comments": comments,
        "answers": answers,
        "observed_on": ["2026-10-20"],
    }
    path = await sign_all(pair, tutor, **fields)
    done = await pair.put(f"{path}/submission", ON, tutor)
    assert done.json()["state"] == "submitted"
    for who in (pair.trainee, tutor, pair.host_lead, lead):
        (seen,) = (await pair.get(f"/assessments?trainee_id={pair.trainee_id}", who, done)).json()
        assert (
            seen.items()
            >= {
                "assessment_id": path.removeprefix("/assessments/"),
                "version": 1,
                "relationship_id": str(pair.relationship_id),
                "trainee_id": str(pair.trainee_id),
                "assessor_id": f"{tutor_id}",
                "kind": "interim",
                "title": "Interim assessment",
                "state": "submitted",
                "on": ON["on"],
                "judgements": judgements,
                "comments": comments,
                "answers": answers,
                "evidence": [],
                "observed_on": ["2026-10-20"],
                "mentor_excepted": False,
                "comment": "I agree.",
                "next_to_sign": None,
            }.items()
        )
        assert [each["title"] for each in seen["signatures"]] == [
            "University tutor",
            "ITT coordinator of the school",
            "Trainee",
        ]
    for who in (pair.mentor, platform.bearer("tutor"), *outsiders(platform)):
        listed = await pair.get(f"/assessments?trainee_id={pair.trainee_id}", who, done)
        assert (listed.status_code, listed.json()) == (200, [])
        assert (await pair.get(path, who)).status_code == 404
    assert (await pair.put(f"{path}/acknowledgement", ON, pair.host_lead)).status_code == 403
    assert (await pair.put(f"{path}/acknowledgement", ON, lead)).json()["state"] == "acknowledged"


@pytest.mark.covers("S8")
async def test_nobody_but_the_assessor_reads_a_draft_and_those_who_sign_read_it_once_it_is_shared(
    platform: Platform, pair: Pair
) -> None:
    tutor, lead = await a_tutor(pair), platform.bearer("partnership_lead")
    other = await a_tutor(pair, "mentor", role="assessor")
    path = await begin(pair, tutor)
    trainee, host = pair.trainee, pair.host_lead
    others = (trainee, host, other, pair.mentor, lead, *outsiders(platform))
    begun = await pair.put(path, text(), tutor)
    for who in others:
        assert read(await pair.get(path, who, begun)) == []
        for answer in (await pair.put(path, text(), who), await pair.put(f"{path}/sharing", ON, who)):
            assert (answer.status_code, answer.json()["detail"]) == (404, "There is no such assessment.")
    shared = await pair.put(f"{path}/sharing", ON, tutor)
    for who in others:
        sees = who in (trainee, host)
        assert read(await pair.get(path, who, shared)) == (["shared"] if sees else [])
    for who, status in ((trainee, 403), (host, 403), (other, 404), (lead, 404), (pair.mentor, 404)):
        assert (await pair.put(path, text(), who)).status_code == status
    assert (await pair.put(f"{path}/comment", ON, pair.host_lead)).status_code == 403
    early = await pair.post(f"{path}/signatures", ON | {"version": 1}, tutor)
    assert (early.status_code, "can comment until" in early.json()["detail"]) == (409, True)
    await pair.put(f"{path}/comment", ON, pair.trainee)
    out_of_turn = await pair.post(f"{path}/signatures", ON | {"version": 1}, pair.trainee)
    assert (out_of_turn.status_code, "University tutor" in out_of_turn.json()["detail"]) == (409, True)


@pytest.mark.covers("S8")
async def test_what_was_returned_or_is_corrected_is_a_version_beside_the_first(platform: Platform, pair: Pair) -> None:
    tutor, lead = await a_tutor(pair), platform.bearer("partnership_lead")
    path = await sign_all(pair, tutor)
    await pair.put(f"{path}/submission", ON, tutor)
    reason = ON | {"reason": "TS7 has no comment."}
    assert (await pair.put(f"{path}/return", reason, pair.trainee)).status_code == 409
    returned = await pair.put(f"{path}/return", reason, lead)
    assert (returned.json()["state"], returned.json()["version"]) == ("returned", 1)
    again = await pair.put(path, text(comments={"TS7": "Calm."}), tutor)
    assert (again.json()["state"], again.json()["version"]) == ("drafting", 2)
    assert read(await pair.get(path, pair.trainee, again)) == ["returned"]
    stale = await pair.post(f"{path}/signatures", ON | {"version": 1}, tutor)
    assert stale.status_code == 412
    await sign_all(pair, tutor, path, version=2)
    await pair.put(f"{path}/submission", ON, tutor)
    assert (await pair.put(path, text(), tutor)).status_code == 409
    correction = text(judgements=ON_TRACK | {"TS1": "needs_support"}) | {"reason": "A slip of the pen."}
    corrected = await pair.post(f"{path}/corrections", correction, tutor)
    assert (corrected.status_code, corrected.json()["version"]) == (201, 3)
    last = await pair.put(f"{path}/sharing", ON, tutor)
    versions = (await pair.get(path, pair.trainee, last)).json()["versions"]
    assert [each["state"] for each in versions] == ["returned", "submitted", "shared"]
    assert [each["returned_because"] for each in versions] == ["TS7 has no comment.", None, None]
    assert [each["corrected_because"] for each in versions] == [None, None, "A slip of the pen."]
    assert [each["judgements"]["TS1"] for each in versions] == ["on_track", "on_track", "needs_support"]
    (listed,) = (await pair.get(f"/assessments?trainee_id={pair.trainee_id}", lead, last)).json()
    assert listed["version"] == 2


@pytest.mark.covers("S8")
async def test_what_is_due_is_listed_with_what_was_begun(platform: Platform, pair: Pair) -> None:
    tutor = await a_tutor(pair)
    path = await begin(pair, tutor)
    begun = await pair.put(path, text(), tutor)
    due = (await pair.get(f"{pair.path}/assessments/due", pair.trainee, begun)).json()
    assert [(each["kind"], each["due_on"], each["state"]) for each in due] == [
        ("interim", "2026-10-26", "drafting"),
        ("end_of_placement", "2026-12-18", None),
    ]
    for who in outsiders(platform):
        assert (await pair.get(f"{pair.path}/assessments/due", who)).status_code == 404


@pytest.mark.covers("S8")
async def test_judgements_are_published_once_they_are_submitted_and_texts_are_not(
    platform: Platform, pair: Pair, postgres_admin_url: str
) -> None:
    marker, tutor = f"marker-{uuid4().hex}", await a_tutor(pair)
    path = await sign_all(pair, tutor, comments={"TS1": marker}, answers={"comment": marker})
    assert path.removeprefix("/assessments/") not in await storage.messages(platform)
    await pair.put(f"{path}/submission", ON, tutor)

    async def is_published() -> bool:
        return path.removeprefix("/assessments/") in await storage.messages(platform)

    await eventually(is_published)
    assert marker not in await storage.messages(platform)
    assert marker not in await storage.rows(platform, postgres_admin_url)


@pytest.mark.covers("R8", "S8")
async def test_the_texts_of_an_assessment_are_gone_when_the_trainee_is_erased(platform: Platform) -> None:
    pair = await a_placed_pair(platform)
    tutor = await a_tutor(pair)
    path = await sign_all(pair, tutor, comments={"TS1": "Warm."})
    await pair.put(f"{path}/submission", ON, tutor)
    erased = PersonErased(happened_on=date(2026, 11, 1), person_id=pair.trainee_id)
    await publish_events(platform, "referral", TENANT, f"person-{pair.trainee_id}", erased)

    async def is_erased() -> bool:
        answer = (await pair.get(path, platform.bearer("partnership_lead"))).json()
        (version,) = answer["versions"]
        return bool((version["comment"], version["comments"]) == ("[erased]", {}))

    await eventually(is_erased)


@pytest.mark.covers("S8")
async def test_a_mentor_assesses_only_by_an_exception_whose_reason_the_trainee_reads(
    platform: Platform, pair: Pair
) -> None:
    refused = await assign(pair, pair.mentor_id, role="assessor")
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/exception")
    why = "Nobody else here speaks the language."
    made = await assign(pair, pair.mentor_id, role="assessor", exception=why)
    assert made.status_code == 201, made.text
    begun = await pair.post("/assessments", interim(pair), pair.mentor)
    assert begun.status_code == 201, begun.text
    path = f"/assessments/{begun.json()['assessment_id']}"
    shared = await pair.put(f"{path}/sharing", ON, pair.mentor)
    (seen,) = (await pair.get(path, pair.trainee, shared)).json()["versions"]
    assert seen["mentor_excepted"] is True
    shown = (await pair.get(f"/trainees/{pair.trainee_id}/assignments", pair.trainee)).json()
    assert shown["assignments"][0]["exception"] == why


@pytest.mark.covers("S8")
@pytest.mark.parametrize("roles", [("mentor",), ("mentor", "tutor"), ("mentor", "school_lead")])
async def test_a_mentor_who_assesses_is_refused_with_the_reason(
    platform: Platform, pair: Pair, roles: tuple[str, ...]
) -> None:
    mentor = platform.bearer(*roles, subject=str(pair.mentor_id), schools=("900001",))
    before = await storage.events(platform)

    refused = await pair.post("/assessments", interim(pair), mentor)

    assert (refused.status_code, refused.json()["type"]) == (403, "urn:alongside:problem:mentors-do-not-assess")
    assert refused.json()["detail"] == "You mentor this trainee, so somebody else writes the assessment."
    assert await storage.events(platform) == before


@pytest.mark.covers("S8")
async def test_a_mentor_of_the_trainee_elsewhere_does_not_assess_either(platform: Platform, pair: Pair) -> None:
    second = await a_pair(platform, trainee_id=pair.trainee_id, school_urn="900002")
    tutor = await a_tutor(pair, "tutor", "mentor", person_id=second.mentor_id)

    assert (await pair.post("/assessments", interim(pair), tutor)).status_code == 403


@pytest.mark.covers("S8")
async def test_a_tutor_or_an_assessor_who_is_assigned_assesses_and_nobody_else(platform: Platform, pair: Pair) -> None:
    for who in (await a_tutor(pair), await a_tutor(pair, "school_lead", role="assessor")):
        assert (await pair.post("/assessments", interim(pair), who)).status_code == 201
    assert (await pair.post("/assessments", interim(pair), pair.host_lead)).status_code == 403
    assert (await pair.post("/assessments", interim(pair), pair.trainee)).status_code == 403
    assert (await pair.post("/assessments", interim(pair), platform.bearer("partnership_lead"))).status_code == 403
    ended = await a_tutor(pair, ends_on="2026-10-30")
    without_account = await a_tutor(pair, "mentor")
    for who in (*outsiders(platform), platform.bearer("tutor"), ended, without_account):
        refused = await pair.post("/assessments", interim(pair), who)
        assert (refused.status_code, refused.json()["detail"]) == (404, "There is no such relationship.")


@pytest.mark.covers("S8")
async def test_another_one_of_a_kind_beside_one_that_is_submitted_is_asked_about(
    platform: Platform, pair: Pair
) -> None:
    tutor, lead = await a_tutor(pair), platform.bearer("partnership_lead", subject=f"{uuid4()}")
    path = await sign_all(pair, tutor)
    other = interim(pair, on="2026-11-20", comments={"TS1": "Warm."})
    assert (await pair.post("/assessments", other, tutor)).status_code == 201  # the first one is not submitted yet
    await pair.put(f"{path}/submission", ON, tutor)
    await pair.put(f"{path}/acknowledgement", ON, lead)
    before = await storage.events(platform)

    other |= {"on": "2026-11-23"}
    asked = await pair.post("/assessments", other, tutor | {"Idempotency-Key": f"{uuid4()}"})

    assert (asked.status_code, asked.json()["type"]) == (409, "urn:alongside:problem:assessed-before")
    assert f"/assessments/{asked.json()['existing']['assessment_id']}" == path
    assert "again=true" in asked.json()["detail"]
    assert await storage.events(platform) == before
    for who in (await a_tutor(pair, "mentor"), pair.host_lead):
        assert (await pair.post("/assessments", other, who)).status_code in (403, 404)  # who may not is not told
    assert (await pair.post("/assessments", other | {"kind": "end_of_placement"}, tutor)).status_code == 201
    elsewhere = await a_placed_pair(platform, trainee_id=pair.trainee_id)
    assert (await pair.post("/assessments", interim(elsewhere), tutor)).status_code == 201
    assert (await pair.post("/assessments?again=true", other, tutor)).status_code == 201


@pytest.mark.covers("S8")
async def test_of_a_kind_that_is_expected_several_times_only_one_more_than_that_is_asked_about(
    platform: Platform,
) -> None:
    known = templates()["ite-placement"]
    steps = [
        step.model_copy(update={"assesses": step.assesses.model_copy(update={"due_after_weeks": (4, 8)})})
        if step.assesses is not None and step.assesses.kind == "interim"
        else step
        for step in known.steps
    ]
    pair = await a_pair_in(known.model_copy(update={"steps": tuple(steps)}), platform)
    tutor = await a_tutor(pair)
    for comment in ("Warm.", "Firm."):
        path = await sign_all(pair, tutor, comments={"TS1": comment})
        await pair.put(f"{path}/submission", ON, tutor)
    third = await pair.post("/assessments", interim(pair, comments={"TS1": "Both."}), tutor)
    assert (third.status_code, third.json()["type"]) == (409, "urn:alongside:problem:assessed-before")
    assert "asks for 2 assessments of this kind" in third.json()["detail"]


@pytest.mark.covers("S8")
async def test_somebody_who_becomes_the_mentor_while_they_assess_does_not_assess(
    platform: Platform, pair: Pair
) -> None:
    assessor = uuid4()
    await a_tutor(pair, person_id=assessor)
    who = Principal(str(assessor), TENANT, frozenset({"tutor"}))
    submit = commands.begin_assessment(who, NewAssessment.model_validate(interim(pair)))
    url = platform.urls["sessions"]["app"]
    async with await open_pool(url, size=4) as pool, PostgresNotifier(url) as notifier:
        running = Commands(PostgresStore(pool, Keyring(platform.settings.master_key())), notifier)
        decided = 0

        async def submit_after_another(unit: Unit) -> AssessmentState:
            nonlocal decided
            answer = await submit(unit)
            decided += 1
            await running.run(command_request(), joining(pair.trainee_id, assessor))
            return answer

        with pytest.raises(MentorsDoNotAssess):
            await running.run(command_request(), submit_after_another)
    assert decided == 1  # allowed by what was read first, refused by what was read again


def command_request() -> CommandRequest:
    return CommandRequest(TENANT, Cause("test", uuid4()))


def joining(trainee_id: UUID, mentor_id: UUID) -> Any:
    """What the reaction does with the trainee when another pair is confirmed."""

    async def use_case(unit: Unit) -> Answer:
        await unit.decide(
            TRAINEE,
            trainee_id,
            AddMentor(
                trainee_id=trainee_id,
                mentor_id=mentor_id,
                relationship_id=uuid4(),
                assessor_is_not_mentor=True,
                on=date(2026, 10, 1),
            ),
        )
        return Answer()

    return use_case


@pytest.mark.parametrize(
    ("fields", "pointer", "words"),
    [
        ({"judgements": ON_TRACK | {"TS9": "on_track"}}, "/judgements/TS9", "TS8"),
        ({"judgements": ON_TRACK | {"TS3": "outstanding"}}, "/judgements/TS3", "on_track"),
        ({"comments": {"TS3": ""}}, "/comments/TS3", "Fill in this field"),
        ({"kind": "weekly"}, "/kind", "interim"),
        ({"kind": "ect_formal_1"}, "/kind", "interim, end_of_placement, final"),
        ({"answers": {"colour": "red"}}, "/answers/colour", "comment"),
        ({"on": "2026-09-13"}, "/on", "14 September 2026"),
        ({"on": "half term"}, "/on", "date"),
        ({"on": f"{TODAY + timedelta(days=30)}", "kind": "final"}, "/on", "still to come"),
        ({"comments": {"TS3": "\u200b"}}, "/comments/TS3", "Fill in this field"),
        ({"relationship_id": "ours"}, "/relationship_id", "not an id"),
        ({"grade": "A"}, "/grade", "no such field"),
    ],
)
async def test_a_bad_assessment_is_answered_with_the_field_and_not_stored(
    platform: Platform, pair: Pair, fields: dict[str, object], pointer: str, words: str
) -> None:
    tutor = await a_tutor(pair)
    before = await storage.events(platform)

    refused = await pair.post("/assessments", interim(pair, **fields), tutor)

    assert refused.status_code == 422, refused.text
    (error,) = refused.json()["errors"]
    assert error["pointer"] == pointer
    assert words in error["detail"]
    assert await storage.events(platform) == before
