"""Assessments and documents of mentors as PDF: whoever reads one prints it, with what they may read beside it."""

from datetime import date
from uuid import uuid4

import httpx
import pytest

from shared.events.referral import PersonErased
from tests.integration.sessions.pairs import Headers, Pair, a_placed_pair, a_tutor, outsiders
from tests.integration.sessions.test_appeals import WHY, submit
from tests.integration.sessions.test_assessments import ON, begin, sign_all, text
from tests.integration.sessions.test_moderations import draw
from tests.integration.sessions.test_recognitions import NAME, a_pair_that_met, issue, show
from tests.integration.sessions.test_second_opinions import OPINION, REQUEST
from tests.support.pdf import must_be_accessible, open_pdf, text_of
from tests.support.services import Platform, eventually, publish_events

pytestmark = pytest.mark.covers("P11")
AS_PDF = {"Accept": "application/pdf"}


@pytest.fixture
async def pair(platform: Platform) -> Pair:
    return await a_placed_pair(platform)


async def print_out(pair: Pair, path: str, who: Headers, after: httpx.Response | None = None) -> str:
    """Return the text of a document, as somebody prints it."""
    answer = await pair.get(path, who | AS_PDF, after)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/pdf"), answer.text
    return text_of(open_pdf(answer.content))


@pytest.mark.covers("S8")
async def test_whoever_reads_an_assessment_prints_it_and_nobody_else_does(platform: Platform, pair: Pair) -> None:
    tutor_id, lead = uuid4(), platform.bearer("partnership_lead")
    tutor = await a_tutor(pair, person_id=tutor_id)
    path = await begin(pair, tutor, comments={"TS7": "Agree on one routine."}, answers={"comment": "Three visits."})
    people: dict[str, Headers] = {"tutor": tutor, "trainee": pair.trainee, "host": pair.host_lead, "lead": lead}
    people |= {f"outsider {nth}": who for nth, who in enumerate((pair.mentor, *outsiders(platform)))}

    async def readers(after: httpx.Response | None = None) -> set[str]:
        """Those who are answered with a document; each of them, and nobody else, is answered with JSON too."""
        printing = set()
        for name, who in people.items():
            shown, printed = await pair.get(path, who, after), await pair.get(path, who | AS_PDF)
            assert printed.status_code == shown.status_code, name
            if printed.status_code == 200:
                printing.add(name)
            else:
                assert (printed.status_code, printed.json()["detail"]) == (404, "There is no such assessment.")
        return printing

    begun = await pair.put(path, text(comments={"TS7": "Agree on one routine."}), tutor)
    assert await readers(begun) == {"tutor"}
    assert "Draft, not shared" in await print_out(pair, path, tutor)
    assert await readers(await pair.put(f"{path}/sharing", ON, tutor)) == {"tutor", "trainee", "host"}
    assert "Draft, shared on 30 October 2026: waiting for comment: Trainee" in await print_out(pair, path, pair.trainee)
    await sign_all(pair, tutor, path)
    submitted = await pair.put(f"{path}/submission", ON, tutor)
    assert await readers(submitted) == {"tutor", "trainee", "host", "lead"}

    answer = await pair.get(path, pair.trainee | AS_PDF)
    must_be_accessible(open_pdf(answer.content), "Interim assessment")
    printed = text_of(open_pdf(answer.content))
    for each in (
        f"Trainee {pair.trainee_id} Assessor {tutor_id}",
        "Agree on one routine.",
        "All 8 standards: On track.",
        f"University tutor {tutor_id} 30 October 2026",
        "I agree.",
        "Submitted on 30 October 2026: waiting to be acknowledged",
    ):
        assert each in printed
    assert answer.headers["Vary"] == "Accept"
    assert answer.content == (await pair.get(path, lead | AS_PDF)).content
    known = {"If-None-Match": answer.headers["ETag"]}
    assert (await pair.get(path, pair.trainee | AS_PDF | known)).status_code == 304
    assert (await pair.get(path, pair.trainee | known)).status_code == 200


@pytest.mark.covers("S8")
async def test_an_earlier_version_is_printed_as_well(platform: Platform, pair: Pair) -> None:
    tutor, lead = await a_tutor(pair), platform.bearer("partnership_lead")
    path = await sign_all(pair, tutor, comments={"TS1": "The first."})
    await pair.put(f"{path}/submission", ON, tutor)
    await pair.put(f"{path}/return", ON | {"reason": "TS7 has no comment."}, lead)
    again = await pair.put(path, text(comments={"TS1": "The second."}), tutor)
    last = await print_out(pair, path, tutor, again)
    assert "Draft, not shared" in last
    assert "The second." in last
    assert "1 returned 30 October 2026 TS7 has no comment." in last
    first = await print_out(pair, f"{path}?version=1", tutor)
    assert "Returned on 30 October 2026: does not count" in first
    assert "The first." in first
    (only,) = (await pair.get(f"{path}?version=1", tutor)).json()["versions"]
    assert only["comments"] == {"TS1": "The first."}
    assert "Other versions" not in await print_out(pair, path, pair.trainee)
    for accept in ({}, AS_PDF):
        hidden = await pair.get(f"{path}?version=2", pair.trainee | accept)
        assert (hidden.status_code, "no such version" in hidden.json()["detail"]) == (404, True)


@pytest.mark.covers("S8")
async def test_each_reads_of_appeal_opinion_and_moderation_what_they_may_read_there(
    platform: Platform, pair: Pair
) -> None:
    lead, moderator_id = platform.bearer("partnership_lead", subject=f"{uuid4()}"), uuid4()
    tutor, other = await a_tutor(pair), await a_tutor(pair, "mentor", role="assessor")
    elsewhere = await a_placed_pair(platform)
    moderator = await a_tutor(elsewhere, person_id=moderator_id)
    path = await submit(pair, tutor)
    sample = await draw(pair, lead)
    await pair.put(f"{sample}{path}/moderator", ON | {"person_id": f"{moderator_id}"}, lead)
    await pair.put(f"{sample}{path}/agreement", ON, moderator)
    await pair.put(f"{path}/second-opinion/request", REQUEST, pair.trainee)
    await pair.put(f"{path}/second-opinion", OPINION, other)
    appealed = await pair.put(f"{path}/appeal", WHY, pair.trainee)
    assert appealed.status_code == 200, appealed.text

    agreed, why, opinion = "The moderator agreed", f"{WHY['reason']}", f"{OPINION['summary']}"
    expected: list[tuple[Headers, set[str]]] = [
        (pair.trainee, {why, opinion}),
        (tutor, {why, opinion}),
        (pair.host_lead, {opinion}),
        (other, {opinion}),
        (lead, {agreed, why, opinion}),
        (moderator, {agreed}),
    ]
    for who, seen in expected:
        printed = await print_out(pair, path, who, appealed)
        assert {each for each in (agreed, why, opinion) if each in printed} == seen
        assert ("an appeal is not decided yet" in printed) == (opinion in seen)


@pytest.mark.covers("R8", "S8")
async def test_after_an_erasure_a_document_has_none_of_the_texts(platform: Platform, pair: Pair) -> None:
    word, tutor, lead = f"word{uuid4().hex}", await a_tutor(pair), platform.bearer("partnership_lead")
    path = await sign_all(pair, tutor, comments={"TS1": word}, answers={"comment": word})
    assert word in await print_out(pair, path, lead, await pair.put(f"{path}/submission", ON, tutor))
    erased = PersonErased(happened_on=date(2026, 11, 1), person_id=pair.trainee_id)
    await publish_events(platform, "referral", platform.tenant, f"person-{pair.trainee_id}", erased)

    async def is_erased() -> bool:
        return "[erased]" in await print_out(pair, path, lead)

    await eventually(is_erased)
    printed = await print_out(pair, path, lead)
    assert word not in printed
    assert "I agree." not in printed
    assert "All 8 standards: On track." in printed


@pytest.mark.covers("S14")
async def test_a_mentor_prints_a_certificate_with_its_code_and_address(platform: Platform) -> None:
    pair = await a_pair_that_met(platform)
    shown = await show(pair, await issue(pair))
    path = f"/recognitions/{shown['recognition_id']}"
    answer = await pair.get(path, pair.mentor | AS_PDF)
    must_be_accessible(open_pdf(answer.content), f"Mentoring by {NAME}")
    printed = text_of(open_pdf(answer.content)).replace(" ", "")
    service = f"{answer.request.url}".removesuffix(answer.request.url.path)
    for each in (shown["code"], "1.5hoursinmeetings", f"{service}{shown['verify']}/page", "Asrecordedupto5October2026"):
        assert each.replace(" ", "") in printed
    assert f"{pair.trainee_id}" not in printed
    assert answer.content == (await pair.get(path, pair.mentor | AS_PDF)).content
    for who in (pair.trainee, pair.host_lead, *outsiders(platform)):
        refused = await pair.get(path, who | AS_PDF)
        assert refused.status_code == (await pair.get(path, who)).status_code
        assert refused.status_code in (403, 404)
    on = await pair.put(f"{path}/withdrawal", {"on": "2026-10-06"}, pair.mentor)
    assert "Withdrawn: it says nothing any more" in await print_out(pair, path, pair.mentor, on)
