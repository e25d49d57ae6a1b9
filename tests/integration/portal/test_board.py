"""The matching board, page by page: what a lead sees, what they send, and what comes of it in matching and referral."""

import re
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI

from services.matching.main import SERVICE as MATCHING
from services.portal.pages.matching import rounds
from services.portal.signing_in.settings import PortalSettings
from services.referral.main import SERVICE as REFERRAL
from shared.kernel.service.definition import Service
from tests.integration.portal.board import SCHOOL, Board, links_to, open_board, read_hidden_fields
from tests.integration.portal.visitors import Visitor, heading_of, text_of
from tests.support.services import NO_SUCH_ID, Platform, SharedServices, eventually

pytestmark = pytest.mark.covers("U3")

NOT_LEADS = ("tutor", "school_lead", "mentor")


@pytest.fixture(scope="module")
async def platform(shared_services: SharedServices, portal_service: Service) -> Platform:
    """Referral, matching and the portal."""
    return await shared_services.of(REFERRAL, MATCHING, portal_service)


@pytest.fixture(scope="module")
async def board_app(platform: Platform, portal_settings: PortalSettings) -> AsyncIterator[FastAPI]:
    """The pages, with these services behind them."""
    async with open_board(platform, portal_settings) as app:
        yield app


@pytest.fixture
async def board(platform: Platform, board_app: FastAPI) -> Board:
    """A partnership with two trainees and one place."""
    board = await Board.begin(platform, board_app)
    await board.fill()
    return board


@pytest.fixture
async def lead(board: Board) -> Visitor:
    """The lead of the partnership."""
    return await board.visitor()


async def send_proposals(board: Board, lead: Visitor) -> str:
    """Send the proposals of a round, and return the address of its outcome."""
    form = read_hidden_fields((await lead.get(f"{board.address}/send")).text, "Send the proposals")
    day = {"on-day": "10", "on-month": "7", "on-year": "2026"}
    return await board.outcome(lead, await lead.send_form(f"{board.address}/send", **form, **day))


async def test_the_board_says_what_is_there_and_what_is_missing(board: Board, lead: Visitor) -> None:
    assert board.address in (await lead.get("/matching")).text
    shown = text_of(await lead.get(board.address))

    assert "2 trainees can be matched now." in shown
    assert "1 in 1 offer" in shown
    assert "fewer than the trainees: ask schools for more" in shown
    assert "Nothing was sent yet" in shown
    waiting = text_of(await lead.get(f"{board.address}/waiting"))
    assert "Elif Kaya" in waiting
    assert "Zofia Nowak" in waiting


async def test_a_trial_shows_pairs_and_those_without_a_place_by_name(board: Board, lead: Visitor) -> None:
    trial = await board.try_round(lead, "As things stand")

    pairs, unplaced = text_of(await lead.get(trial)), text_of(await lead.get(f"{trial}?view=unplaced"))

    assert "1 of 2 trainees have a pair." in pairs
    assert "This is a trial: nothing was sent." in pairs
    assert "Elif Kaya Amina Farooq" in pairs
    assert "Zofia Nowak" not in pairs
    assert "Zofia Nowak Physics All places are taken" in unplaced
    by_school = text_of(await lead.get(f"{trial}?view=schools"))
    assert "Brontë Moor" in by_school or "School" in by_school
    assert "As things stand" in text_of(await lead.get(board.address))


async def test_people_are_found_by_a_part_of_their_name(board: Board, lead: Visitor) -> None:
    trial = await board.try_round(lead, "Names")

    assert "Elif Kaya" in text_of(await lead.get(f"{trial}?name=kAY"))
    assert "Elif Kaya" in text_of(await lead.get(f"{trial}?name=amina farooq"))
    assert "Nobody here fits what you asked for" in text_of(await lead.get(f"{trial}?name=nowak"))
    assert "Zofia Nowak" in text_of(await lead.get(f"{trial}?view=unplaced&name=nowak"))
    assert "Nobody here fits" in text_of(await lead.get(f"{trial}?name=somebody else"))


async def test_a_name_that_many_have_is_asked_for_more_of(
    board: Board, lead: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounds, "MOST_NAMES", 1)
    trial = await board.try_round(lead, "Many names")

    answer = await lead.get(f"{trial}?name=a")

    assert answer.status_code == 422
    assert "More than 1 people have this in their name. Type more of it." in text_of(answer)
    assert 'value="a"' in answer.text


async def test_pages_of_a_large_round_follow_each_other(
    board: Board, lead: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    await board.season.offer(places=2)
    await board.wait_until_known(T_1="M-1", T_2="M-1")
    monkeypatch.setattr(rounds, "A_PAGE", 1)
    trial = await board.try_round(lead, "Two pages")

    first, second = await lead.get(trial), await lead.get(f"{trial}?page=2")

    assert "1 to 1 of 2." in text_of(first)
    assert "Page 1 of 2" in text_of(first)
    (following,) = [link for link in links_to(first.text, trial) if "page=2" in link]
    assert text_of(await lead.get(following)) == text_of(second)
    shown = [{name for name in ("Elif Kaya", "Zofia Nowak") if name in text_of(page)} for page in (first, second)]
    assert shown[0] | shown[1] == {"Elif Kaya", "Zofia Nowak"}
    assert not shown[0] & shown[1]


async def test_a_pair_opens_to_its_reasons_and_a_trainee_without_a_place_to_what_would_help(
    board: Board, lead: Visitor
) -> None:
    trial = await board.try_round(lead, "Reasons")
    (pair,) = links_to((await lead.get(trial)).text, f"{trial}/trainees/")
    (lonely,) = links_to((await lead.get(f"{trial}?view=unplaced")).text, f"{trial}/trainees/")

    paired, unplaced = await lead.get(pair), await lead.get(lonely)

    assert heading_of(paired) == "Elif Kaya and Amina Farooq"
    assert "Shorter journeys" in text_of(paired)
    assert "The subject fits" in text_of(paired)
    assert "There is no other place for them." in text_of(paired)
    assert "Lock this pair" not in text_of(paired), "nothing was proposed"
    assert heading_of(unplaced) == "Zofia Nowak has no place"
    assert "One more place in physics at" in text_of(unplaced)
    assert f"school {SCHOOL}" not in text_of(unplaced).lower(), "schools have names"


async def test_what_would_help_is_tried_and_recorded_from_where_it_stands(board: Board, lead: Visitor) -> None:
    trial = await board.try_round(lead, "One too few")
    (lonely,) = links_to((await lead.get(f"{trial}?view=unplaced")).text, f"{trial}/trainees/")
    page = (await lead.get(lonely)).text
    (attempt,) = [link for link in links_to(page, board.address) if "more_at" in link]
    (agreed,) = links_to(page, "/matching/offers/")

    form = await lead.get(attempt)
    assert "2 places in physics" in text_of(form)
    fields = read_hidden_fields(form.text) | values_of_inputs(form.text) | {"name": "One more place"}
    tried = await board.outcome(lead, await lead.send_form(f"{board.address}/scenarios/new", **fields | DAY))
    outcome = text_of(await lead.get(tried))
    assert "Everybody has a pair: 2 trainees." in outcome
    assert "An offer has 2 places." in outcome
    assert "Send proposals by these rules" not in outcome, "these are not the rules of the programme"

    places = await lead.get(agreed)
    fields = read_hidden_fields(places.text)
    refused = await lead.send_form(agreed.partition("?")[0], **fields, places="many")
    assert "Give the number of places, such as 3." in text_of(refused)
    assert 'value="many"' in refused.text
    recorded = await lead.send_form(agreed.partition("?")[0], **fields, places="2")
    assert recorded.headers["Location"] == lonely

    async def is_recorded() -> bool:
        (offer,) = await board.season.ours.get("/offers")
        return bool(offer["places"] == 2)

    await eventually(is_recorded)


DAY = {"on-day": "10", "on-month": "7", "on-year": "2026"}


def values_of_inputs(page: str) -> dict[str, str]:
    """Return what stands in the fields of a form of a scenario."""
    found = re.findall(r'<input[^>]*class="govuk-input[^>]*>', page)
    names = {re.search(r'name="([^"]+)"', each)[1]: each for each in found}  # type: ignore[index]  # each has a name
    return {name: (value[1] if (value := re.search(r'value="([^"]*)"', each)) else "") for name, each in names.items()}


async def test_two_trials_are_shown_beside_each_other(board: Board, lead: Visitor) -> None:
    first = await board.try_round(lead, "As things stand")
    form = await lead.get(f"{board.address}/scenarios/new?start={first.rpartition('/')[2]}&without_school={SCHOOL}")
    fields = (
        read_hidden_fields(form.text) | values_of_inputs(form.text) | {"name": "Without the school", "school-0": SCHOOL}
    )
    second = await board.outcome(lead, await lead.send_form(f"{board.address}/scenarios/new", **fields | DAY))
    ids = [address.rpartition("/")[2] for address in (first, second)]

    compared = await lead.get(f"{board.address}/comparison?scenario={ids[0]}&scenario={ids[1]}")

    shown = text_of(compared)
    assert "1 trainee has another outcome: 0 gain a place, 1 loses it, 0 change mentor or school." in shown
    assert "As things stand" in shown
    assert "Without the school" in shown
    assert "Elif Kaya Amina Farooq" in shown
    assert "No place" in shown
    alone = await lead.get(f"{board.address}/comparison?scenario={ids[0]}")
    assert alone.status_code == 422
    assert "Choose two trials to compare." in text_of(alone)


async def test_proposals_are_sent_once_and_a_pair_is_locked_and_unlocked(board: Board, lead: Visitor) -> None:
    before = text_of(await lead.get(f"{board.address}/send"))
    assert "Can I change it later?" in before
    sent = await send_proposals(board, lead)
    assert "1 Waits for answers" in text_of(await lead.get(sent))
    (pair,) = links_to((await lead.get(sent)).text, f"{sent}/trainees/")

    for action, shown in (("lock", "Waits for answers, locked."), ("unlock", "Waits for answers.")):
        fields = read_hidden_fields((await lead.get(pair)).text, f"/{action}")
        answer = await lead.send_form(f"{pair}/{action}", **fields)
        assert answer.headers["Location"] == pair, text_of(answer)
        assert shown in text_of(await lead.get(pair))


async def test_a_lead_says_no_to_a_pair_with_a_reason_and_takes_it_back(board: Board, lead: Visitor) -> None:
    sent = await send_proposals(board, lead)
    (pair,) = links_to((await lead.get(sent)).text, f"{sent}/trainees/")
    fields = read_hidden_fields((await lead.get(pair)).text, "/refusal")

    nobody = await lead.send_form(f"{pair}/refusal", **fields, reason="They share a house.")
    assert nobody.status_code == 422
    assert "Choose who does not want this pair." in text_of(nobody)
    assert 'value="They share a house."' in nobody.text

    await lead.send_form(f"{pair}/refusal", **fields, side="trainee", reason="They share a house.")
    shown = await lead.get(pair)
    assert "The trainee said no: They share a house." in text_of(shown)
    assert "Declined" in text_of(await lead.get(f"{sent}?status=declined"))

    await lead.send_form(f"{pair}/answer-withdrawal", **read_hidden_fields(shown.text, "answer-withdrawal"))
    assert "said no" not in text_of(await lead.get(pair))
    assert "Nobody here fits" in text_of(await lead.get(f"{sent}?status=declined"))


async def test_what_breaks_if_a_school_leaves_is_previewed_and_then_carried_out(board: Board, lead: Visitor) -> None:
    sent = await send_proposals(board, lead)
    departures = await lead.get(f"{board.address}/departures?on=2026-07-12")
    shown = text_of(departures)
    assert "1 pair breaks, and the trainee would find no other place." in shown

    fields = read_hidden_fields(departures.text, "school_urn")
    preview = await board.outcome(lead, await lead.send_form(f"{board.address}/repairs", **fields))
    previewed = await lead.get(preview)
    assert "This is a preview: nothing has changed." in text_of(previewed)
    assert "Elif Kaya Amina Farooq" in text_of(previewed)
    assert "No place" in text_of(previewed)
    assert "Can I change it later?" in text_of(previewed)
    assert "1 Waits for answers" in text_of(await lead.get(sent)), "nothing has changed"

    fields = read_hidden_fields(previewed.text, "Carry out")
    repaired = await board.outcome(lead, await lead.send_form(f"{board.address}/repairs", **fields))
    assert "The school leaves" in text_of(await lead.get(repaired))
    assert "1 Withdrawn" in text_of(await lead.get(sent))


async def test_a_round_that_waits_can_be_cancelled(board: Board, lead: Visitor) -> None:
    form = read_hidden_fields((await lead.get(board.address)).text)
    answer = await lead.send_form(f"{board.address}/scenarios", **{**form, "name": "Not this one", **DAY})
    address = answer.headers["Location"]

    cancelled = await lead.send_form(f"{address}/cancellation", submission=f"{uuid4()}")

    assert cancelled.headers["Location"] == address
    shown = text_of(await lead.get(address))
    assert "It was cancelled, and nothing was sent." in shown or "1 of 2 trainees have a pair." in shown


async def test_a_wrong_day_is_said_and_nothing_typed_is_lost(board: Board, lead: Visitor) -> None:
    for path, name in ((f"{board.address}/scenarios", "My trial"), (f"{board.address}/send", "")):
        form = read_hidden_fields((await lead.get(board.address)).text)
        wrong = {"on-day": "31", "on-month": "2", "on-year": "2026"}
        answer = await lead.send_form(path, **{**form, "name": name, **wrong})
        assert answer.status_code == 422
        assert "Give the day of the round, such as 1 7 2026." in text_of(answer)
        assert 'value="31"' in answer.text
        assert name in answer.text
    departures = await lead.get(f"{board.address}/departures?on=someday")
    assert departures.status_code == 422
    assert 'value="someday"' in departures.text


async def test_a_round_that_cannot_be_worked_out_says_why(board: Board, lead: Visitor) -> None:
    form = read_hidden_fields((await lead.get(f"{board.address}/send")).text, "Send the proposals")
    late = {"on-day": "1", "on-month": "9", "on-year": "2027"}
    answer = await lead.send_form(f"{board.address}/send", **form, **late)

    async def has_failed() -> bool:
        return "It could not be worked out, and nothing was sent." in (await lead.get(answer.headers["Location"])).text

    await eventually(has_failed, within=60)
    assert "The programme ends on" in text_of(await lead.get(answer.headers["Location"]))


async def test_a_board_on_which_nothing_is_says_what_comes_next(platform: Platform, board_app: FastAPI) -> None:
    empty = await Board.begin(platform, board_app)
    lead = await empty.visitor()
    await eventually(lambda: shows(lead, "/matching", "Initial teacher education placement"), within=60)

    for path, comes_next in (
        ("/matching", "Nobody waits for a pair."),
        (empty.address, "and you accept them; then they wait here."),
        (empty.address, "There is no trial yet. Make one above"),
        (empty.address, "Nothing was sent yet. When a trial looks right, send proposals"),
        (f"{empty.address}/waiting", "Once a referral is accepted, the trainee appears here."),
        (f"{empty.address}/send", "Once referrals are accepted, come back here."),
        (f"{empty.address}/departures?on=2026-07-12", "nothing can break. Send proposals first."),
    ):
        assert comes_next in text_of(await lead.get(path)), path


async def shows(visitor: Visitor, path: str, text: str) -> bool:
    """Whether a page shows a text."""
    return text in (await visitor.get(path)).text


async def test_matching_that_does_not_answer_is_said_and_nothing_typed_is_lost(
    board: Board, lead: Visitor, board_app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = await lead.get(f"{board.address}/scenarios/new")
    fields = read_hidden_fields(form.text) | values_of_inputs(form.text) | {"name": "In vain"}
    nobody = httpx.AsyncClient(base_url="http://127.0.0.1:9", trust_env=False)
    monkeypatch.setitem(board_app.state.portal.clients, "matching", nobody)

    answer = await lead.get(board.address)

    assert answer.status_code == 503
    assert "does not answer at the moment. Nothing is lost." in text_of(answer)
    answer = await lead.send_form(f"{board.address}/scenarios/new", **fields | DAY)
    assert answer.status_code == 422
    assert "What you typed is still here: send it again in a minute." in text_of(answer)
    assert 'value="In vain"' in answer.text


async def test_nobody_but_a_lead_sees_the_board(board: Board, lead: Visitor) -> None:
    trial = await board.try_round(lead, "Not for all")
    (pair,) = links_to((await lead.get(trial)).text, f"{trial}/trainees/")
    assert 'href="/matching"' in (await lead.get("/matching")).text
    for role in NOT_LEADS:
        account = UUID(board.season.people["M-1"]) if role == "mentor" else await board.account(role)
        visitor = await board.visitor(role, account)
        for path in (
            "/matching",
            board.address,
            f"{board.address}/waiting",
            f"{board.address}/send",
            f"{board.address}/departures",
            trial,
            f"{trial}?name=kaya",
            pair,
        ):
            answer = await visitor.get(path)
            assert answer.status_code == 403, f"{role} {path}"
            assert 'href="/matching"' not in answer.text
        day = {**DAY, "submission": f"{uuid4()}"}
        for path in (f"{board.address}/send", f"{board.address}/repairs", f"{board.address}/scenarios"):
            assert (await visitor.send_form(path, name="Mine", **day)).status_code == 403, f"{role} {path}"


async def test_what_is_not_there_is_not_there(board: Board, lead: Visitor) -> None:
    for path in (f"/matching/rounds/{NO_SUCH_ID}", f"/matching/programmes/{NO_SUCH_ID}", "/matching/rounds/nothing"):
        assert (await lead.get(path)).status_code == 404
