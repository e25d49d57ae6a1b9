"""An assessment is written by somebody who does not mentor the trainee."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.sessions.commands import assessments as commands
from services.sessions.commands.assessments import SubmittedAssessment
from services.sessions.domain.assessments import STANDARDS, NewAssessment
from services.sessions.domain.trainees import TRAINEE, AddMentor, MentorsDoNotAssess
from shared.kernel.answers import Answer
from shared.kernel.postgres import open_pool
from shared.kernel.postgres.notifier import PostgresNotifier
from shared.kernel.postgres.personal import Keyring
from shared.kernel.postgres.store import PostgresStore
from shared.kernel.principal import Principal
from shared.kernel.records import Cause
from shared.kernel.unit import CommandRequest, Commands, Unit
from tests.integration.sessions import storage
from tests.integration.sessions.pairs import TENANT, Pair, a_pair, outsiders
from tests.support.services import TODAY, Platform, eventually

ON_TRACK = dict.fromkeys(STANDARDS, "on_track")


def interim(pair: Pair, **fields: object) -> dict[str, Any]:
    return {
        "relationship_id": str(pair.relationship_id),
        "kind": "interim",
        "on": "2026-10-23",
        "judgements": ON_TRACK,
    } | fields


@pytest.mark.covers("S8")
async def test_a_tutor_assesses_and_trainee_lead_and_assessor_see_it(platform: Platform, pair: Pair) -> None:
    tutor_id = str(uuid4())
    tutor = platform.bearer("tutor", subject=tutor_id)
    judgements = ON_TRACK | {"TS7": "needs_support"}
    comments = {"TS7": "Routines at the door.", "TS1": "Warm and firm."}

    done = await pair.post("/assessments", interim(pair, judgements=judgements, comments=comments), tutor)

    assert done.status_code == 201, done.text
    for who in (pair.trainee, tutor, platform.bearer("partnership_lead")):
        seen = await pair.get(f"/assessments?trainee_id={pair.trainee_id}", who, done)
        assert seen.json() == [
            {
                "assessment_id": done.json()["assessment_id"],
                "relationship_id": str(pair.relationship_id),
                "trainee_id": str(pair.trainee_id),
                "assessor_id": tutor_id,
                "kind": "interim",
                "on": "2026-10-23",
                "judgements": judgements,
                "evidence": [],
                "comments": comments,
            }
        ]
    for who in (pair.mentor, platform.bearer("tutor"), *outsiders(platform)):
        seen = await pair.get(f"/assessments?trainee_id={pair.trainee_id}", who, done)
        assert (seen.status_code, seen.json()) == (200, [])


@pytest.mark.covers("S8")
async def test_judgements_are_published_and_comments_are_not(
    platform: Platform, pair: Pair, postgres_admin_url: str
) -> None:
    marker = f"marker-{uuid4().hex}"
    done = await pair.post("/assessments", interim(pair, comments={"TS1": marker}), platform.bearer("tutor"))

    async def is_published() -> bool:
        return done.json()["assessment_id"] in await storage.messages(platform)

    await eventually(is_published)
    assert marker not in await storage.messages(platform)
    assert marker not in await storage.rows(platform, postgres_admin_url)


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
    tutor = platform.bearer("tutor", "mentor", subject=str(second.mentor_id))

    assert (await pair.post("/assessments", interim(pair), tutor)).status_code == 403


@pytest.mark.covers("S8")
async def test_a_lead_of_the_host_school_assesses_and_others_do_not(platform: Platform, pair: Pair) -> None:
    assert (await pair.post("/assessments", interim(pair), pair.host_lead)).status_code == 201
    assert (await pair.post("/assessments", interim(pair), pair.trainee)).status_code == 403
    assert (await pair.post("/assessments", interim(pair), platform.bearer("partnership_lead"))).status_code == 403
    for who in outsiders(platform):
        refused = await pair.post("/assessments", interim(pair), who)
        assert (refused.status_code, refused.json()["detail"]) == (404, "There is no such relationship.")


@pytest.mark.covers("S8")
async def test_somebody_who_becomes_the_mentor_while_they_assess_does_not_assess(
    platform: Platform, pair: Pair
) -> None:
    assessor = uuid4()
    who = Principal(str(assessor), TENANT, frozenset({"tutor"}))
    submit = commands.submit_assessment(who, NewAssessment.model_validate(interim(pair)))
    url = platform.urls["sessions"]["app"]
    async with await open_pool(url, size=4) as pool, PostgresNotifier(url) as notifier:
        running = Commands(PostgresStore(pool, Keyring(platform.settings.master_key())), notifier)
        decided = 0

        async def submit_after_another(unit: Unit) -> SubmittedAssessment:
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
        ({"judgements": {"TS1": "on_track"}}, "/judgements", "TS2, TS3, TS4, TS5, TS6, TS7, TS8"),
        ({"judgements": ON_TRACK | {"TS9": "on_track"}}, "/judgements/TS9", "TS8"),
        ({"judgements": ON_TRACK | {"TS3": "outstanding"}}, "/judgements/TS3", "on_track"),
        ({"comments": {"TS3": ""}}, "/comments/TS3", "Fill in this field"),
        ({"kind": "weekly"}, "/kind", "interim"),
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
    before = await storage.events(platform)

    refused = await pair.post("/assessments", interim(pair, **fields), platform.bearer("tutor"))

    assert refused.status_code == 422, refused.text
    (error,) = refused.json()["errors"]
    assert error["pointer"] == pointer
    assert words in error["detail"]
    assert await storage.events(platform) == before
