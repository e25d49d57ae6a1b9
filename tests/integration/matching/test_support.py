"""Supporting mentors of a mentee: requested, proposed, answered, ended; peers and pupils."""

import asyncio
from datetime import date
from typing import Any, get_args
from uuid import UUID, uuid4

import httpx
import pytest

from shared.calendar import working_days_after
from shared.events import referral
from shared.events.words import Facet, RoleKind, YearGroup
from shared.kernel.postgres import connect
from tests.integration.matching.partnership import (
    JULY,
    RULES,
    Partnership,
    a_mentor,
    a_programme,
    a_school,
    a_trainee,
    an_offer,
    referral_accepted,
)
from tests.integration.matching.test_answers import read_published
from tests.support.services import eventually

IN_SCHOOL = RULES.model_copy(update={"pairing": "in_school", "mentor_hours_per_trainee_week": 0.5})
ON = "2026-09-07"


def mentor_declared(
    mentor: referral.MentorRecorded, *role_kinds: RoleKind, facets: tuple[Facet, ...] = ()
) -> referral.MentorDeclared:
    return referral.MentorDeclared(
        happened_on=JULY, mentor_id=mentor.mentor_id, role_kinds=role_kinds, facets=facets, load={}, available=()
    )


def a_newcomer(urn: str = "900001") -> referral.MenteeRecorded:
    return referral.MenteeRecorded(happened_on=JULY, mentee_id=uuid4(), kind="teacher", school_urn=urn)


def a_pupil(year_group: YearGroup) -> referral.MenteeRecorded:
    return referral.MenteeRecorded(
        happened_on=JULY, mentee_id=uuid4(), kind="pupil", school_urn="900001", year_group=year_group
    )


async def asks(
    partnership: Partnership, person_id: object, who: dict[str, str] | None = None, **what: Any
) -> httpx.Response:
    return await partnership.platform["matching"].put(
        f"/people/{person_id}/asks", json={"on": ON, **what}, headers=who or partnership.lead()
    )


async def request_support(partnership: Partnership, person_id: object, **what: Any) -> None:
    answer = await asks(partnership, person_id, **what)
    assert answer.status_code == 200, answer.text
    await partnership.read(f"/people/{person_id}/asks", after=answer)


async def proposes(
    partnership: Partnership, programme: referral.ProgrammeOpened, what: str = "constellations", **body: Any
) -> httpx.Response:
    return await partnership.platform["matching"].post(
        f"/{what}", json={"programme_id": str(programme.programme_id), "on": ON, **body}, headers=partnership.lead()
    )


async def propose_supports(
    partnership: Partnership, programme: referral.ProgrammeOpened, what: str = "constellations", **body: Any
) -> dict[str, Any]:
    answer = await proposes(partnership, programme, what, **body)
    assert answer.status_code == 201, answer.text
    await partnership.read("/supports", after=answer)
    found: dict[str, Any] = answer.json()
    return found


async def answers(
    partnership: Partnership,
    support: dict[str, Any],
    what: str,
    who: dict[str, str],
    on: str = "2026-09-08",
    **body: Any,
) -> httpx.Response:
    answer = await partnership.platform["matching"].post(
        f"/supports/{support['support_id']}/{what}", json={"on": on, **body}, headers=who
    )
    if answer.status_code == 200:
        await partnership.read("/supports", after=answer)
    return answer


def mentors_by_need(found: dict[str, Any]) -> dict[str, str]:
    return {support["what"]: support["mentor_id"] for support in found["found"]}


def unmet(found: dict[str, Any]) -> dict[str, str]:
    return {request["what"]: request["reason"] for request in found["wanting"]}


async def a_support(partnership: Partnership) -> tuple[referral.ProgrammeOpened, dict[str, Any]]:
    """A programme for newcomers, and the one buddy that was found there."""
    programme, newcomer, buddy = a_programme(IN_SCHOOL), a_newcomer(), a_mentor("900001", hours=0.5)
    await partnership.hears(
        programme,
        a_school("900001"),
        buddy,
        mentor_declared(buddy, "buddy"),
        newcomer,
        referral_accepted(programme, newcomer.mentee_id),
    )
    await request_support(partnership, newcomer.mentee_id, buddy=True)
    (support,) = (await propose_supports(partnership, programme))["found"]
    return programme, support


@pytest.mark.covers("M7")
async def test_a_newcomer_gets_the_mentors_asked_for_or_the_reason_why_not(partnership: Partnership) -> None:
    programme, newcomer, other = a_programme(IN_SCHOOL), a_newcomer(), a_newcomer()
    structural, buddy, boss = (a_mentor("900001", hours=2) for _ in range(3))
    manages = referral.Related(other_id=newcomer.mentee_id, kind="line_manager")
    await partnership.hears(
        programme,
        a_school("900001"),
        *(structural, buddy, boss),
        mentor_declared(structural, "lead_mentor"),
        mentor_declared(buddy, "buddy", facets=("pastoral",)),
        mentor_declared(boss, "general_mentor", facets=("wellbeing",)),
        referral.RelationsRecorded(happened_on=JULY, mentor_id=boss.mentor_id, relations=(manages,)),
        *(newcomer, other),
        *(referral_accepted(programme, mentee.mentee_id) for mentee in (newcomer, other)),
    )
    wish = {"facets": ["pastoral", "wellbeing", "subject"], "structural": True, "buddy": True}
    await request_support(partnership, newcomer.mentee_id, **wish)

    found = await propose_supports(partnership, programme)

    assert mentors_by_need(found) == {
        "structural": str(structural.mentor_id),
        "buddy": str(buddy.mentor_id),
        "pastoral": str(buddy.mentor_id),
    }
    assert unmet(found) == {"wellbeing": "barred", "subject": "nobody_fits"}
    assert {support["mentee_id"] for support in found["found"]} == {str(newcomer.mentee_id)}
    seen = await partnership.read(f"/supports?person_id={newcomer.mentee_id}&status=proposed")
    assert {
        (support["role"], support["facet"], support["starts_on"], support["hours_per_week"]) for support in seen
    } == {
        ("structural", None, ON, 0.5),
        ("buddy", None, ON, 0.5),
        ("supporting", "pastoral", ON, 0.5),
    }
    again = await propose_supports(partnership, programme)
    assert (again["found"], unmet(again)) == ([], unmet(found))


@pytest.mark.covers("M7")
async def test_a_trainee_with_a_lead_mentor_gets_another_for_a_facet_as_long_as_they_have_the_first(
    partnership: Partnership,
) -> None:
    programme, trainee, lead = a_programme(), a_trainee(), a_mentor("900001")
    near, far = a_mentor("900002"), a_mentor("900003")
    await partnership.hears(
        *(programme, a_school("900001"), a_school("900002", easting=405_000), a_school("900003", easting=450_000)),
        *(lead, near, far, trainee, an_offer("900001"), referral_accepted(programme, trainee)),
        mentor_declared(lead, "general_mentor", facets=("behaviour",)),
        mentor_declared(near, "general_mentor", facets=("behaviour",)),
        mentor_declared(far, "general_mentor", facets=("behaviour", "subject")),
    )
    (pair,) = (await partnership.solve_round(programme))["pairs"]
    assert pair["mentor_id"] == str(lead.mentor_id)
    for side in ("mentor", "trainee"):
        confirmed = await partnership.answers(pair, "acceptance", partnership.lead(), side=side)
    await partnership.read("/pairs", after=confirmed)
    own = await asks(
        partnership, trainee.trainee_id, partnership.trainee(trainee.trainee_id), facets=["behaviour", "subject"]
    )
    await partnership.read(f"/people/{trainee.trainee_id}/asks", after=own)

    found = await propose_supports(partnership, programme, hours_per_week=0.25)

    assert mentors_by_need(found) == {"behaviour": str(near.mentor_id)}
    assert unmet(found) == {"subject": "beyond_reach"}
    (support,) = await partnership.read("/supports", who=partnership.mentor(near.mentor_id))
    assert (support["school_urn"], support["starts_on"], support["ends_on"]) == ("900001", "2026-09-14", "2026-12-18")
    assert support["hours_per_week"] == 0.25

    left = await partnership.platform["matching"].post(
        "/repairs",
        json={"programme_id": str(programme.programme_id), "on": "2026-09-10", "leaving": {"school_urn": "900001"}},
        headers=partnership.lead(),
    )
    assert left.status_code == 201, left.text

    async def over() -> bool:
        seen = await partnership.read(f"/supports/{support['support_id']}", who=partnership.mentor(near.mentor_id))
        return bool(seen["status"] == "lapsed")

    await eventually(over)


@pytest.mark.covers("M7")
async def test_hours_that_are_given_to_one_are_not_given_to_another_nor_to_a_trainee(partnership: Partnership) -> None:
    programme, support = await a_support(partnership)
    newcomer = a_newcomer()
    await partnership.hears(newcomer, referral_accepted(programme, newcomer.mentee_id))
    await request_support(partnership, newcomer.mentee_id, buddy=True)
    assert unmet(await propose_supports(partnership, programme)) == {"buddy": "no_hours"}

    placement, trainee = a_programme(RULES.model_copy(update={"mentor_hours_per_trainee_week": 0.5})), a_trainee()
    await partnership.hears(placement, trainee, an_offer("900001"), referral_accepted(placement, trainee))
    left_over = await partnership.solve_round(placement)
    assert [trainee["reason"] for trainee in left_over["unplaced_trainees"]] == ["mentor_hours_taken"]

    await answers(partnership, support, "refusal", partnership.mentor(support["mentor_id"]))
    assert mentors_by_need(await propose_supports(partnership, programme)) == {"buddy": support["mentor_id"]}


@pytest.mark.covers("M7")
async def test_two_searches_at_once_never_give_an_hour_twice(partnership: Partnership) -> None:
    buddy, programmes = a_mentor("900001", hours=0.5), [a_programme(IN_SCHOOL) for _ in range(3)]
    newcomers = [a_newcomer() for _ in programmes]
    await partnership.hears(
        *(a_school("900001"), buddy, mentor_declared(buddy, "buddy"), *programmes, *newcomers),
        *(
            referral_accepted(programme, newcomer.mentee_id)
            for programme, newcomer in zip(programmes, newcomers, strict=True)
        ),
    )
    for newcomer in newcomers:
        await request_support(partnership, newcomer.mentee_id, buddy=True)

    done = await asyncio.gather(*(proposes(partnership, programme) for programme in programmes))

    assert [answer.status_code for answer in done] == [201, 201, 201]
    assert sorted(len(answer.json()["found"]) for answer in done) == [0, 0, 1]


@pytest.mark.covers("M7")
async def test_a_support_is_confirmed_by_both_and_ended_by_either(partnership: Partnership) -> None:
    _, support = await a_support(partnership)
    mentor, mentee = partnership.mentor(support["mentor_id"]), partnership.mentor(support["mentee_id"])

    first = await answers(partnership, support, "acceptance", mentor)
    assert first.json() == {"support_id": support["support_id"], "status": "proposed", "accepted_by": ["mentor"]}
    early = await answers(partnership, support, "end", mentee)
    assert early.status_code == 409
    second = await answers(partnership, support, "acceptance", mentee)
    assert second.json()["status"] == "confirmed"
    ended = await answers(partnership, support, "end", mentee, on="2026-11-13")
    assert ended.json()["status"] == "ended"

    seen = await partnership.read(f"/supports/{support['support_id']}", who=mentor)
    assert (seen["status"], seen["ends_on"]) == ("ended", "2026-11-13")
    messages = await read_published(partnership.platform, f"{partnership.tenant}/support-{support['support_id']}", 3)
    assert [envelope.type for envelope, _ in messages] == [
        "matching.support_proposed",
        "matching.support_confirmed",
        "matching.support_ended",
    ]
    assert messages[1][1] == {
        "happened_on": "2026-09-08",
        "support_id": support["support_id"],
        "programme_id": seen["programme_id"],
        "mentee_id": support["mentee_id"],
        "mentor_id": support["mentor_id"],
        "role": "buddy",
        "facet": None,
        "school_urn": "900001",
        "starts_on": ON,
        "ends_on": "2027-07-31",
        "hours_per_week": 0.5,
        "meetings_per_week": 1,
        "targets_per_meeting": 3,
        "assessor_is_not_mentor": True,
        "amend_within_days": 14,
        "agreement_first": False,
        "mentor_reads_for_days": None,
        "weeks_between_meetings": None,
    }


@pytest.mark.covers("M7")
async def test_a_mentor_who_declined_is_not_proposed_to_the_same_mentee_again(partnership: Partnership) -> None:
    programme, support = await a_support(partnership)
    refused = await answers(partnership, support, "refusal", partnership.mentor(support["mentor_id"]))
    assert refused.json()["status"] == "declined"

    assert unmet(await propose_supports(partnership, programme)) == {"buddy": "barred"}


@pytest.mark.covers("M7")
async def test_nobody_is_searched_for_a_mentee_who_withdrew_the_request(partnership: Partnership) -> None:
    programme, newcomer = a_programme(IN_SCHOOL), a_newcomer()
    await partnership.hears(programme, newcomer, referral_accepted(programme, newcomer.mentee_id))
    await request_support(partnership, newcomer.mentee_id, buddy=True)
    await request_support(partnership, newcomer.mentee_id)

    assert (await partnership.read(f"/people/{newcomer.mentee_id}/asks"))["buddy"] is False
    refused = await proposes(partnership, programme)
    assert refused.status_code == 409, refused.text


@pytest.mark.covers("M7")
async def test_a_pupil_gets_a_learning_mentor_for_the_reasons_of_the_referral(partnership: Partnership) -> None:
    rules = IN_SCHOOL.model_copy(update={"facets_by_reason": {"bereavement": ("wellbeing",)}})
    programme, pupil, bad_fit, good_fit = a_programme(rules), a_pupil("year_8"), a_mentor("900001"), a_mentor("900001")
    made = referral.ReferralMade(
        happened_on=JULY,
        referral_id=uuid4(),
        programme_id=programme.programme_id,
        trainee_id=pupil.mentee_id,
        purpose="challenge",
        reasons=("bereavement",),
    )
    primary = a_pupil("year_4")
    await partnership.hears(
        *(programme, a_school("900001"), bad_fit, good_fit, pupil, primary, made),
        mentor_declared(bad_fit, "learning_mentor", facets=("behaviour",)),
        mentor_declared(good_fit, "learning_mentor", facets=("wellbeing",)),
        referral_accepted(programme, pupil.mentee_id, made.referral_id),
        referral_accepted(programme, primary.mentee_id),
    )

    found = await propose_supports(partnership, programme, "peers")

    assert [(each["mentee_id"], each["mentor_id"]) for each in found["found"]] == [
        (str(pupil.mentee_id), str(good_fit.mentor_id))
    ]
    assert [(request["mentee_id"], request["reason"]) for request in found["wanting"]] == [
        (str(primary.mentee_id), "nobody_fits")
    ]
    (support,) = await partnership.read("/supports", who=partnership.school_lead("900001"))
    assert support["role"] == "pupil_mentor"
    # a pupil does not sign in: who leads the school answers for both
    for side in ("mentor", "mentee"):
        said = await answers(partnership, support, "acceptance", partnership.school_lead("900001"), side=side)
    assert said.json()["status"] == "confirmed"


@pytest.mark.covers("M7")
async def test_an_early_career_teacher_gets_a_mentor_of_the_school_who_has_that_role(partnership: Partnership) -> None:
    rules = IN_SCHOOL.model_copy(update={"mentor_kinds": ("ect_mentor",)})
    programme, teacher = a_programme(rules), a_newcomer()
    ours, another, elsewhere = a_mentor("900001"), a_mentor("900001"), a_mentor("900002")
    await partnership.hears(
        *(programme, a_school("900001"), a_school("900002"), ours, another, elsewhere, teacher),
        mentor_declared(ours, "ect_mentor"),
        mentor_declared(another, "general_mentor"),
        mentor_declared(elsewhere, "ect_mentor"),
        referral_accepted(programme, teacher.mentee_id),
    )

    found = await propose_supports(partnership, programme, "peers")

    assert [(each["mentee_id"], each["mentor_id"], each["what"]) for each in found["found"]] == [
        (str(teacher.mentee_id), str(ours.mentor_id), "school_mentor")
    ]
    (support,) = await partnership.read("/supports", who=partnership.school_lead("900001"))
    assert (support["role"], support["facet"]) == ("school_mentor", None)
    await answers(partnership, support, "acceptance", partnership.mentor(ours.mentor_id))
    said = await answers(partnership, support, "acceptance", partnership.trainee(teacher.mentee_id))
    assert said.json()["status"] == "confirmed", said.text
    again = await propose_supports(partnership, programme, "peers")
    assert (again["found"], again["wanting"]) == ([], [])


async def chooses(partnership: Partnership, person_id: UUID, *names: UUID) -> None:
    answer = await partnership.platform["matching"].put(
        "/choices",
        json={"names": [str(name) for name in names], "on": ON},
        headers=partnership.mentor(person_id),
    )
    assert answer.status_code == 200, answer.text
    await partnership.read("/choices", who=partnership.mentor(person_id), after=answer)


@pytest.mark.covers("M7", "M5")
async def test_colleagues_who_chose_each_other_are_peers_and_the_others_have_a_reason(partnership: Partnership) -> None:
    programme = a_programme(IN_SCHOOL.model_copy(update={"pairing": "chosen"}))
    ada, ben = a_mentor("900001", hours=0.5), a_mentor("900002", hours=0.5)
    cleo, dina = a_newcomer(), a_newcomer()
    await partnership.hears(
        *(programme, a_school("900001"), a_school("900002"), ada, ben, cleo, dina),
        *(
            referral_accepted(programme, person_id)
            for person_id in (ada.mentor_id, ben.mentor_id, cleo.mentee_id, dina.mentee_id)
        ),
    )
    await chooses(partnership, ada.mentor_id, cleo.mentee_id, ben.mentor_id)
    await chooses(partnership, ben.mentor_id, ada.mentor_id)
    await chooses(partnership, cleo.mentee_id, ben.mentor_id)

    found = await propose_supports(partnership, programme, "peers")

    (pair,) = found["found"]
    assert {pair["mentee_id"], pair["mentor_id"]} == {str(ada.mentor_id), str(ben.mentor_id)}
    assert {request["mentee_id"]: request["reason"] for request in found["wanting"]} == {
        str(cleo.mentee_id): "not_chosen_back",
        str(dina.mentee_id): "chose_nobody",
    }
    for each in (ada, ben):
        said = await answers(partnership, pair, "acceptance", partnership.mentor(each.mentor_id))
    assert said.json()["status"] == "confirmed"
    again = await propose_supports(partnership, programme, "peers")
    assert again["found"] == []
    (rest,) = (await propose_supports(partnership, programme, "peers", rest_too=True))["found"]
    assert {rest["mentee_id"], rest["mentor_id"]} == {str(cleo.mentee_id), str(dina.mentee_id)}
    # both give their hours to it: neither has any for a newcomer
    school = a_programme(IN_SCHOOL)
    await partnership.hears(
        school, mentor_declared(ben, "buddy"), mentor_declared(ada, "buddy"), referral_accepted(school, cleo.mentee_id)
    )
    await request_support(partnership, cleo.mentee_id, buddy=True)
    assert unmet(await propose_supports(partnership, school)) == {"buddy": "no_hours"}


@pytest.mark.covers("M7")
async def test_a_proposal_that_nobody_answers_lapses(partnership: Partnership) -> None:
    programme, support = await a_support(partnership)
    today = date.today()  # noqa: DTZ011  # the worker's clock

    async def waits() -> bool:
        seen = await partnership.read(f"/supports/{support['support_id']}")
        return bool(seen["answer_by"] == str(working_days_after(max(today, date.fromisoformat(ON)), 10)))

    await eventually(waits)
    connection = await connect(partnership.platform.urls["matching"]["worker"])
    await connection.execute(
        "update tasks set due_at = clock_timestamp() where body ->> 'support_id' = $1", support["support_id"]
    )
    await connection.close()

    async def has_lapsed() -> bool:
        seen = await partnership.read(f"/supports/{support['support_id']}")
        return bool(seen["status"] == "lapsed")

    await eventually(has_lapsed)
    assert mentors_by_need(await propose_supports(partnership, programme)) == {"buddy": support["mentor_id"]}


@pytest.mark.covers("M7")
async def test_requests_and_supports_of_a_person_are_shown_to_them_and_their_leads_only(
    partnership: Partnership,
) -> None:
    _, support = await a_support(partnership)
    theirs = f"/supports/{support['support_id']}"
    strangers = (partnership.mentor(uuid4()), partnership.trainee(uuid4()), partnership.school_lead("900009"))
    for who in strangers:
        assert await partnership.read("/supports", who=who) == []
        assert (await partnership.platform["matching"].get(theirs, headers=who)).status_code == 404
        assert (await answers(partnership, support, "acceptance", who)).status_code == 404
        assert (await asks(partnership, support["mentee_id"], who, buddy=True)).status_code == 404
        answer = await partnership.platform["matching"].get(f"/people/{support['mentee_id']}/asks", headers=who)
        assert answer.status_code == 404
    mentor = partnership.mentor(support["mentor_id"])
    assert (await answers(partnership, support, "acceptance", mentor, side="mentee")).status_code == 403
    for who in (partnership.mentor(support["mentee_id"]), partnership.school_lead("900001")):
        assert (await asks(partnership, support["mentee_id"], who, buddy=True)).status_code == 200
    for what in ("constellations", "peers"):
        body = {"programme_id": str(uuid4()), "on": ON}
        refused = await partnership.platform["matching"].post(f"/{what}", json=body, headers=mentor)
        assert refused.status_code == 403


ASKS: dict[str, Any] = {"facets": ["subject"], "structural": False, "buddy": True, "on": ON}


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (ASKS | {"facets": ["mathematics"]}, "/facets/0"),
        (ASKS | {"facets": "subject"}, "/facets"),
        (ASKS | {"facets": ["subject", "subject"]}, "/facets"),
        (ASKS | {"structural": "perhaps"}, "/structural"),
        (ASKS | {"buddy": 7}, "/buddy"),
        (ASKS | {"on": "7 September"}, "/on"),
        (ASKS | {"why": "new here"}, "/why"),
        ({"facets": list(get_args(Facet))}, "/on"),
    ],
)
async def test_a_bad_wish_is_refused(partnership: Partnership, body: Any, pointer: str) -> None:
    answer = await partnership.platform["matching"].put(
        f"/people/{uuid4()}/asks", json=body, headers=partnership.lead()
    )

    assert (answer.status_code, answer.headers["Content-Type"]) == (422, "application/problem+json")
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert await partnership.fetch("select 1 from events where tenant = $1", partnership.tenant) == []


async def test_nobody_who_is_not_known_can_ask(partnership: Partnership) -> None:
    assert (await asks(partnership, uuid4(), buddy=True)).status_code == 404


FIND: dict[str, Any] = {"programme_id": str(uuid4()), "on": ON}


@pytest.mark.parametrize(
    ("what", "body", "pointer"),
    [
        *((what, {"on": ON}, "/programme_id") for what in ("constellations", "peers")),
        *((what, FIND | {"on": 7.5}, "/on") for what in ("constellations", "peers")),
        *((what, FIND | {"programme_id": "this"}, "/programme_id") for what in ("constellations", "peers")),
        *((what, FIND | {"seed": 1}, "/seed") for what in ("constellations", "peers")),
        *((what, FIND, "/programme_id") for what in ("constellations", "peers")),
        ("peers", FIND | {"rest_too": "some"}, "/rest_too"),
        ("constellations", FIND | {"rest_too": True}, "/rest_too"),
        ("constellations", FIND | {"hours_per_week": 0}, "/hours_per_week"),
        ("constellations", FIND | {"hours_per_week": "NaN"}, "/hours_per_week"),
        ("constellations", FIND | {"reach_minutes": -1}, "/reach_minutes"),
        ("constellations", FIND | {"reach_minutes": 181}, "/reach_minutes"),
    ],
)
async def test_a_bad_search_is_refused(partnership: Partnership, what: str, body: Any, pointer: str) -> None:
    answer = await partnership.platform["matching"].post(f"/{what}", json=body, headers=partnership.lead())

    assert (answer.status_code, answer.headers["Content-Type"]) == (422, "application/problem+json")
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert await partnership.fetch("select 1 from events where tenant = $1", partnership.tenant) == []


async def test_a_programme_that_pairs_otherwise_or_is_over_is_not_searched(partnership: Partnership) -> None:
    hosted = a_programme()
    chosen = a_programme(IN_SCHOOL.model_copy(update={"pairing": "chosen"}))
    await partnership.hears(hosted, chosen)
    for programme, what, on, pointer in (
        (chosen, "rounds", ON, "/programme_id"),
        (hosted, "peers", ON, "/programme_id"),
        (chosen, "constellations", ON, "/programme_id"),
        (hosted, "constellations", "2027-08-01", "/on"),
        (chosen, "peers", "2027-08-01", "/on"),
    ):
        answer = await proposes(partnership, programme, what, on=on)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer), answer.text
    assert (await proposes(partnership, chosen, "peers")).status_code == 409


async def test_a_bad_answer_is_refused(partnership: Partnership) -> None:
    _, support = await a_support(partnership)
    both = {"on": "2026-09-08", "side": "mentor"}
    cases: list[tuple[str, dict[str, Any], str]] = [
        *((what, {"side": "mentor"}, "/on") for what in ("acceptance", "refusal")),
        *((what, both | {"side": "trainee"}, "/side") for what in ("acceptance", "refusal")),
        *((what, {"on": "2026-09-08"}, "/side") for what in ("acceptance", "refusal")),
        *((what, both | {"on": "2026-09-06"}, "/on") for what in ("acceptance", "refusal")),
        ("refusal", both | {"reason": "No time."}, "/reason"),
        ("end", {}, "/on"),
        ("end", {"on": "soon"}, "/on"),
        ("end", both, "/side"),
    ]
    for what, body, pointer in cases:
        answer = await partnership.platform["matching"].post(
            f"/supports/{support['support_id']}/{what}", json=body, headers=partnership.lead()
        )
        assert answer.status_code == 422, (what, body, answer.text)
        assert [error["pointer"] for error in answer.json()["errors"]] == [pointer], (what, body)
    (stored,) = await partnership.fetch(
        "select version from streams where tenant = $1 and stream = $2",
        partnership.tenant,
        f"support-{support['support_id']}",
    )
    assert stored["version"] == 1
    for what in ("acceptance", "refusal", "end"):
        nowhere = await answers(partnership, {"support_id": uuid4()}, what, partnership.lead())
        assert nowhere.status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/supports?status=maybe",
        "/supports?limit=0",
        "/supports?after=first",
        "/supports?person_id=7",
        "/supports/7",
        "/people/7/asks",
    ],
)
async def test_a_bad_question_is_refused(partnership: Partnership, path: str) -> None:
    answer = await partnership.platform["matching"].get(path, headers=partnership.lead())

    assert answer.status_code == 422, answer.text
    assert len(answer.json()["errors"]) == 1
