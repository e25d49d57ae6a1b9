"""What the version before left behind, in the hands of today's code: nothing of it is lost, changed or done again.

Its databases and topics lie in `version_before/`. They are put back on the run's servers, under names of their own, and
today's services go on from there.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import pytest

from tests.e2e.version_before.restored import (
    ADDED,
    HERE,
    SERVICES,
    Platform,
    fill_topics,
    lines,
    restore_version_before,
    serve,
    until,
)

DEMO, AS_OF = "aire-valley", "2026-10-25"
"""The tenant of the demo's walk, and the day of its report."""
SEASON = "aire-valley-2"
"""The tenant of the season, in which all that can be done to referrals and people was done."""
DEFERRED = {"trainee_id": "ba15ad87-aa95-504d-b530-bcb6bbbcd40e", "since": "2026-11-10"}
"""A trainee of the season who waits no longer, and the day since when."""
NO_LONGER_REFERRED = {
    ("cfe2735e-fc6c-5810-9e9d-67c95de94054", "35126ab9-336f-4ce9-a08c-4f0dfc9d9c98"),  # withdrawn
    ("1c786f6e-5805-51cd-acd5-55f436b5df27", "6e86f118-bf0b-4486-90e5-bb055bbf920b"),  # redirected
}
"""Trainees of the season whose referral to a programme came to nothing."""
MERGED = {"mentor_id": "555969ad-a196-578e-a7c4-9e920c797a21", "capacity_hours": 1.0}
"""A second record of a mentor of the season."""
ERASED = "[erased]"
OF_TWO_REFERRALS = "35126ab9-336f-4ce9-a08c-4f0dfc9d9c98"
"""A programme of the season in which a person has two referrals, and is one candidate."""
SECOND_REFERRAL = "4b81a680-9965-47a5-841e-01cc5232c42b"
"""The other of the two."""
ENDED = {"pair_id": "10314835-2859-4b3d-ab97-ea6216fc1002", "trainee_id": "090a0114-3175-5519-9fa4-df9d3620a414"}
"""The pair of a trainee of the demo who was erased. Today an erasure ends what is open, also one of before."""
ENDED_ON, ENDED_AT = "2026-10-25", "990001"
OF_THE_ERASURE = {
    "matching.naming_opened",
    "matching.naming_closed",
    "matching.erasure_seen",
    "matching.erasure_end_due",
    "matching.pair_withdrawn",
    "matching.ground_gone",
    "matching.pair_let_go",
    "matching.replacement_due",
    "matching.place_confirmed",
    "sessions.relationship_ended",
    "sessions.absences_recorded",
}
"""The events by which services take in what was there before them: what erased people had, and who was away."""
PLACEMENTS = {"referral.placement_confirmed", "referral.placement_ended"}
HEARD_AT_LAST = {*PLACEMENTS, "sessions.programme_known"}
"""What services make of events that they passed over before: their reactions to them came later."""
BY_PROCESSES = {
    f"sessions.{name}"
    for name in (
        *(
            "meeting_noticed",
            "target_noticed",
            "untouched_noticed",
            "look_planned",
            "look_due",
            "passing_on_due",
            "needs_named",
            "count_due",
        ),
        *("review_planned", "review_plan_due", "closing_due", "nudge_given", "nudge_ended", "nudge_passed_on"),
    )
}
"""What processes that came later plan and notice of relationships that were there before them."""
_LATER_TASKS = (
    *("follow_signs", "plan_review", "pass_nudge_on", "count_needs", "close_relationship", "look_for_signs"),
    *("tell_of_untouched_target", "plan_meetings"),
)
NEW_TASKS = {"matching.end_of_erased", "matching.end_replaced"} | {f"sessions.{name}" for name in _LATER_TASKS}
"""Tasks of processes that came later, for what was there before them."""
QUESTIONS = lines("answers.jsonl")
REPORT = next(
    question
    for question in QUESTIONS
    if (question["tenant"], question["who"]) == (DEMO, "lead") and question["path"].startswith("/report?")
)

pytestmark = pytest.mark.timeout(300)  # with the start and the end of the platform, beside whatever else runs

Rows = dict[str, list[tuple[Any, ...]]]
Answers = Sequence[tuple[int, Any]]

MIGRATIONS = "select component, number, name, checksum from migrations order by 1, 2"
LIVE = "select name, version from read_models where live order by 1"
TAKEN_IN = {
    "events": "select position, id, tenant, stream, version, type, schema_version, body::text from events order by 1",
    "marks": "select consumer, source, topic, partition, incarnation, position from high_water order by 1, 2, 3, 4",
    "parked": "select id, topic, reason, status from parked order by 1",
    "tasks": "select id, name, status from tasks order by 1",
    "relay and processes": "select name, position from cursors where name not like '%@%' order by 1",
}
"""What only commands, and events that have not been taken in yet, add to."""


@dataclass(frozen=True)
class Before:
    """The platform with what the version before left.

    First what was in its databases when nobody of today had looked at them yet, then what today's code makes of that,
    having read every topic from its beginning, before anything new is asked of it.
    """

    platform: Platform
    migrations: Rows
    taken_in: dict[str, Rows]
    migrations_today: Rows
    taken_in_today: dict[str, Rows]
    answers: Answers


@pytest.fixture(scope="module")
def before(postgres_admin_url: str, kafka_bootstrap: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Before]:
    """Restored, migrated, served, and caught up."""
    state = tmp_path_factory.mktemp("version-before")
    with restore_version_before(postgres_admin_url, kafka_bootstrap, state) as platform:
        migrations, taken_in = _in_every_store(platform, MIGRATIONS), _read_taken_in(platform)
        platform.says("migrate")
        fill_topics(platform, kafka_bootstrap)
        with serve(platform, state / "up.txt"):
            platform.know(sorted({(question["tenant"], question["who"]) for question in QUESTIONS}))
            platform.catch_up()
            today = _in_every_store(platform, MIGRATIONS), _read_taken_in(platform), _answers(platform)
            yield Before(platform, migrations, taken_in, *today)


def _in_every_store(platform: Platform, query: str) -> Rows:
    return {service: platform.rows(service, query) for service in SERVICES}


def _read_taken_in(platform: Platform) -> dict[str, Rows]:
    return {what: _in_every_store(platform, query) for what, query in TAKEN_IN.items()}


def _answers(platform: Platform) -> Answers:
    with ThreadPoolExecutor(len(SERVICES)) as pool:
        return list(pool.map(platform.ask, QUESTIONS))


def _unlike(answers: Answers, others: Answers) -> list[str]:
    return [
        f"{question['tenant']}, {question['who']}: {question['service']} {question['path']}: {difference}"
        for question, answer, other in zip(QUESTIONS, answers, others, strict=True)
        for difference in [next(iter(_differences(answer, other)), None)]
        if difference is not None
    ]


def _due_today(question: Mapping[str, Any]) -> tuple[int, Any]:
    """What a question of before is to be answered today: the answer of before, but for what was changed on purpose."""
    service, path, answer = question["service"], question["path"], deepcopy(question["answer"])
    if service == "referral" and path == "/programme-templates":
        _with_todays_templates(answer)
    if service == "referral" and path.startswith("/rules?"):
        _with_todays_rules(answer)
    if service == "matching" and path.startswith("/rounds/"):
        _with_moments_as_in_lists([answer] if "asked_at" in answer else [])
    if service == "matching" and path.startswith("/scenarios/comparison?"):
        _with_moments_as_in_lists(answer["scenarios"])
    if service == "reporting" and (question["tenant"], question["who"]) == (SEASON, "lead"):
        _with_what_reporting_now_reads(path, answer)
    if path.startswith("/report?") and question["tenant"] == SEASON and question["status"] == 200:
        for name in ("standings", "unplaced_by_reason", "placements"):
            del answer[name]  # they are of the report's day now, and of today in another question
    if path == f"/readiness?programme_id={OF_TWO_REFERRALS}":
        answer["candidates"] -= 1
    if path.startswith("/candidates?") and question["status"] == 200:
        for row in answer:
            if row["referral_id"] == SECOND_REFERRAL:  # by which no round takes the person in; it says so now
                row["ready"] = False
                for name in ("reason", "explanation", "would_help"):
                    row.pop(name, None)
    for part in _objects_in(answer):
        part.pop("due_means", None)  # it says now what is left out
    if question["tenant"] == DEMO:
        _with_the_pair_of_the_erased_ended(path, answer)
    return question["status"], answer


FUNDING = {
    "rest_of_england": ("schools outside London and the fringe", 43.8),
    "fringe": ("schools in the fringe of London", 45.1),
    "outer_london": ("schools in Outer London", 48.25),
    "inner_london": ("schools in Inner London", 53.6),
}
"""Where schools are, in words, and pounds for an hour of a mentor's training there."""


def _with_todays_rules(answer: list[dict[str, Any]]) -> None:
    """Induction has a rule for its first period by now, absences extend it from thirty days on, and hours of training
    have a rate.
    """
    source = "https://github.com/DFE-Digital/itt-mentor-services csv_importer.rb, regional_areas.rb, grant conditions"
    answer += [
        {
            "id": f"mentor_funding_{area}",
            "edition": "2024-25",
            "about": f"Funding for an hour of mentor training, {where}",
            "effective_from": "2024-09-01",
            "effective_to": None,
            "route": None,
            "phase": None,
            "bound": "exactly",
            "quantity": pounds,
            "unit": "pounds an hour",
            "source": source,
            "paragraph": None,
            "verified_on": "2026-08-21",
            "confidence": "fair",
        }
        for area, (where, pounds) in FUNDING.items()
    ]
    for nth, rule in enumerate(list(answer)):
        if rule["id"] == "induction_terms":
            about = "The least that a first period counts, worked without a break; later periods count whatever "
            about += "their length"
            first = {
                "id": "first_period_terms",
                "about": about,
                "bound": "at_least",
                "quantity": 1,
                "paragraph": "2.33",
            }
            answer.insert(nth + 1, rule | first)
        if rule["id"] == "absence_days_a_year":
            rule["bound"] = "at_least"
            rule["about"] = "Absence in an induction year that extends induction by all absent days"


def _with_the_pair_of_the_erased_ended(path: str, answer: Any) -> None:
    if path.startswith("/departures?"):
        first = answer["departures"][0]  # on that day, before the erasure, the pair still stood there
        first["broken"] += 1
        first["lost"] += 1
    if path.startswith("/report?") and "standings" in answer:
        answer["standings"]["placed"] -= 1
    for part in _objects_in(answer):
        if part.get("relationship_id") == ENDED["pair_id"] and "ends_on" in part:
            part["ends_on"] = ENDED_ON
            part.update({"ended_because": "trainee_left"} if "ended_because" in part else {})
            part.update({"due": part["due"] - 1} if "due" in part else {})  # nothing is due in the week of the erasure
        if part.get("school_urn") == ENDED_AT and "due" in part and "relationship_id" not in part:
            part["due"] -= 1
        if part.get("pair_id") != ENDED["pair_id"]:
            continue
        if "standing" in part:
            kept = ("programme_id", "trainee_id", "subject", "phase")
            part.update({name: None for name in part if name not in kept}, standing="withdrawn", since=ENDED_ON)
        elif part.get("status") == "placed":
            part.update(status="left", since=ENDED_ON, pair_id=None)
        elif part.get("status") == "confirmed":
            now = {"status": "withdrawn", "changed_on": ENDED_ON, "withdrawn_because": "trainee_left"}
            part.update({name: value for name, value in now.items() if name in part})


def _objects_in(answer: Any) -> Iterator[dict[str, Any]]:
    if isinstance(answer, dict):
        yield answer
    for part in answer.values() if isinstance(answer, dict) else answer if isinstance(answer, list) else ():
        yield from _objects_in(part)


def _with_todays_templates(templates: Sequence[dict[str, Any]]) -> None:
    """A template is today's, not the store's: all have newer editions, with other roles, steps and forms."""
    for template in templates:
        for name in ("edition", "roles", "steps", "forms"):
            del template[name]


def _with_moments_as_in_lists(rounds: Sequence[dict[str, Any]]) -> None:
    """Typed answers write a moment with Z, as lists of rounds did; one round was answered with +00:00."""
    for asked in rounds:
        asked["asked_at"] = asked["asked_at"].replace("+00:00", "Z")


def _with_what_reporting_now_reads(path: str, answer: dict[str, Any]) -> None:
    """Reporting reads of merges, withdrawals, redirections and deferrals, which it had passed over."""
    placements = answer.get("placements", [])
    not_referred = [
        placement
        for placement in placements
        if (placement["trainee_id"], placement["programme_id"]) in NO_LONGER_REFERRED
    ]
    deferred = [
        placement
        for placement in placements
        if placement["trainee_id"] == DEFERRED["trainee_id"] and placement["pair_id"] is None
    ]
    if path.startswith("/report?"):
        answer["caseload"]["mentors"] -= 1
        answer["caseload"]["capacity_hours"] -= MERGED["capacity_hours"]
    for row in not_referred:
        placements.remove(row)
    for row in deferred:
        row.update(dict.fromkeys(("reason", "explanation", "would_help")), standing="deferred", since=DEFERRED["since"])
    if path.startswith("/caseload?"):
        (merged,) = (mentor for mentor in answer["mentors"] if mentor["mentor_id"] == MERGED["mentor_id"])
        assert merged["capacity_hours"] == MERGED["capacity_hours"]
        answer["mentors"].remove(merged)


def _differences(new: Any, old: Any, where: str = "") -> Iterator[str]:
    """Where an answer is not the old one; fields of an object that came later are no difference."""
    if isinstance(old, dict) and isinstance(new, dict):
        yield from (f"{where}/{name} is gone" for name in old.keys() - new.keys())
        for name in (new.keys() & old.keys()) - {"up_to_date_at", "sources"}:  # an event has come since: of the erasure
            yield from _differences(new[name], old[name], f"{where}/{name}")
    elif isinstance(old, list | tuple) and isinstance(new, list | tuple) and len(old) == len(new):
        for nth, (ours, theirs) in enumerate(zip(new, old, strict=True)):
            yield from _differences(ours, theirs, f"{where}/{nth}")
    elif new != old:
        yield f"{where}: {new!r} was {old!r}"


def test_todays_migrations_go_on_where_those_of_before_ended(before: Before) -> None:
    for service in SERVICES:
        assert before.migrations[service]
        assert set(before.migrations[service]) <= set(before.migrations_today[service])


def test_messages_processed_by_the_version_before_are_not_processed_again(before: Before) -> None:
    assert before.taken_in["events"].keys() == set(SERVICES)
    assert all(before.taken_in["events"].values())
    assert before.taken_in_today["parked"] == before.taken_in["parked"]
    for service, rows in before.taken_in["events"].items():
        today = before.taken_in_today["events"][service]
        assert today[: len(rows)] == rows
        assert {row[5] for row in today[len(rows) :]} <= OF_THE_ERASURE | HEARD_AT_LAST | BY_PROCESSES
    for service, rows in before.taken_in["marks"].items():
        marks = {row[:5]: row[5] for row in before.taken_in_today["marks"][service]}
        assert all(marks[row[:5]] >= row[5] for row in rows)
        new = marks.keys() - {row[:5] for row in rows}
        assert {(service, source) for _, source, *_ in new} <= {("matching", "urn:alongside:sessions")}
    for service, rows in before.taken_in["tasks"].items():
        new = set(before.taken_in_today["tasks"][service]) - set(rows)
        assert set(rows) <= set(before.taken_in_today["tasks"][service])
        assert {name for _, name, _ in new} <= NEW_TASKS


def test_what_an_older_version_passed_over_is_heard_once_and_in_order(before: Before) -> None:
    def of(service: str, types: set[str]) -> list[tuple[str, str]]:
        rows = before.taken_in_today["events"][service]
        return [(row[5].partition(".")[2], json.loads(row[7])["trainee_id"]) for row in rows if row[5] in types]

    told = of("matching", {"matching.pair_confirmed", "matching.pair_withdrawn"})
    heard = of("referral", PLACEMENTS)

    assert [event for event in before.taken_in["events"]["referral"] if event[5] in PLACEMENTS] == []
    confirmed = [trainee for what, trainee in told if what == "pair_confirmed"]
    assert len(confirmed) > 50
    assert sorted(trainee for what, trainee in heard if what == "placement_confirmed") == sorted(confirmed)


def test_stores_topics_consumers_and_read_models_agree(before: Before) -> None:
    checks = before.platform.verify()

    assert {service for service, check in checks if check["examined"]} == {*SERVICES, *ADDED}
    assert [(service, check) for service, check in checks if check["wrong"]] == []


def test_the_demos_report_is_the_one_of_before(before: Before) -> None:
    """But for the pair of the trainee who was erased."""
    status, report = before.answers[QUESTIONS.index(REPORT)]

    assert (status, report["as_of"]) == (200, AS_OF)
    assert list(_differences(report, _due_today(REPORT)[1])) == []


def test_every_question_is_answered_as_before(before: Before) -> None:
    assert _unlike(before.answers, [_due_today(question) for question in QUESTIONS]) == []


def test_everybody_has_the_name_that_was_printed(before: Before) -> None:
    printed = {tuple(cells) for cells in _cells((HERE / "report.txt").read_text(encoding="utf-8"))}
    names = {
        person["person_id"]: f"{person['given_name']} {person['family_name']}"
        for kind in ("mentor", "trainee")
        for person in before.platform.send("GET", DEMO, "lead", "referral", f"/people?kind={kind}&limit=1000")[1]
    }
    placed = [
        placement
        for placement in REPORT["answer"]["placements"]
        if placement["standing"] == "placed" and placement["trainee_id"] in names
    ]

    assert len(placed) == REPORT["answer"]["standings"]["placed"] - 1, "all but the one who was erased"
    for placement in placed:
        people = names[placement["trainee_id"]], names[placement["mentor_id"]]
        assert (people[0], placement["subject"].replace("-", " "), people[1], placement["school_name"]) in {
            cells[:4] for cells in printed
        }


def _cells(printed: str) -> Iterator[list[str]]:
    for line in printed.splitlines():
        if line.startswith("│"):
            yield [cell.strip() for cell in line.strip("│").split("│")]


def test_a_command_that_was_answered_before_has_no_effect_again(before: Before) -> None:
    erasure = json.loads((HERE / "erasure.json").read_text(encoding="utf-8"))
    method, path = erasure["how"].split(" ", 1)
    stored = _in_every_store(before.platform, TAKEN_IN["events"])

    again = before.platform.send(
        method, erasure["tenant"], erasure["who"], erasure["service"], path, erasure["body"], erasure["key"]
    )

    assert again == (200, erasure["answer"])
    assert _in_every_store(before.platform, TAKEN_IN["events"]) == stored


def test_every_read_model_can_be_rebuilt_and_answers_the_same(before: Before) -> None:
    platform = before.platform
    answers = _answers(platform)
    assert any(question["path"].startswith("/people?") for question in QUESTIONS), "whose rows hold JSON"
    models = _in_every_store(platform, LIVE)

    platform.says_each([("rebuild", f"{service}.{name}") for service, rows in models.items() for name, _ in rows])

    rebuilt = {service: [(name, version + 1) for name, version in rows] for service, rows in models.items()}
    assert _in_every_store(platform, LIVE) == rebuilt
    again = _answers(platform)
    assert _unlike(again, answers) == []
    assert again == answers, "nor has an answer more fields than before the rebuild"


def _read_by_mentors() -> list[dict[str, Any]]:
    """The questions of mentors of the demo who read what was said in their meetings."""
    return [
        question
        for question in QUESTIONS
        if (question["tenant"], question["who"][:7]) == (DEMO, "mentor:")
        and question["path"].startswith("/relationships/")
        and any(meeting["discussed"] not in (None, ERASED) for meeting in question["answer"]["meetings"])
    ]


def _texts_by_day(relationship: Mapping[str, Any]) -> dict[str, str | None]:
    return {meeting["on"]: meeting["discussed"] for meeting in relationship["meetings"]}


def test_a_meeting_recorded_now_is_listed_with_the_earlier_ones_and_in_the_report(before: Before) -> None:
    platform, question = before.platform, _read_by_mentors()[0]
    later = REPORT["path"].replace(AS_OF, "2026-11-08")
    _, report = platform.send("GET", DEMO, "lead", "reporting", later)
    meeting = {"status": "held", "on": "2026-11-03", "minutes": 50, "agenda_by": "mentee", "discussed": "Half-term."}

    path = f"{question['path']}/meetings"
    status, made = platform.send("POST", DEMO, question["who"], "sessions", path, json.dumps(meeting))

    assert status == 201, made
    held = {school["school_urn"]: school["held"] for school in report["meetings_by_school"]}
    held[question["answer"]["school_urn"]] += 1
    until(
        lambda: platform.send("GET", DEMO, "lead", "reporting", later)[1]["meetings_by_school"],
        lambda schools: {school["school_urn"]: school["held"] for school in schools} == held,
        "the meeting in the report",
    )
    assert _texts_by_day(platform.ask(question)[1]) == _texts_by_day(question["answer"]) | {"2026-11-03": "Half-term."}


def test_a_round_of_today_finds_what_the_last_round_of_before_found(before: Before) -> None:
    """Nobody else who waits can be placed, for the same reasons: all that the rules look at is as it was, but for the
    place and the mentor of the pair that ended with an erasure.
    """
    platform, known = before.platform, REPORT["answer"]
    asked = json.dumps({"programme_id": known["programme"]["programme_id"], "on": "2026-07-09"})

    status, solved = platform.send("POST", DEMO, "lead", "matching", "/rounds", asked)

    assert status == 201, solved
    _, found = until(
        lambda: platform.send("GET", DEMO, "lead", "matching", f"/rounds/{solved['round_id']}"),
        lambda said: said[0] == 200,
        "the round",
    )
    reasons = {
        placement["trainee_id"]: placement["reason"]
        for placement in known["placements"]
        if placement["standing"] == "unplaced"
    }
    (freed,) = (placement["mentor_id"] for placement in known["placements"] if placement["pair_id"] == ENDED["pair_id"])
    (pair,) = found["pairs"]
    assert pair["mentor_id"] == freed
    del reasons[pair["trainee_id"]]
    assert {trainee["trainee_id"]: trainee["reason"] for trainee in found["unplaced_trainees"]} == reasons


def test_an_erasure_reaches_services_that_knew_the_person_before(before: Before) -> None:
    platform, question = before.platform, _read_by_mentors()[-1]
    path = f"/people/{question['answer']['trainee_id']}/erasure"

    status, done = platform.send("POST", DEMO, "lead", "referral", path, json.dumps({"on": "2026-11-04"}))

    assert (status, done["status"]) == (200, "erased")
    until(
        lambda: set(_texts_by_day(platform.ask(question)[1]).values()),
        lambda said: said <= {None, ERASED},
        "the erasure in sessions",
    )


def test_after_all_that_stores_topics_consumers_and_read_models_still_agree(before: Before) -> None:
    assert [(service, check) for service, check in before.platform.verify() if check["wrong"]] == []
