"""The command line as its user types it, beside the platform that runs: what it prints, and with which exit code."""

import asyncio
import hashlib
import json
from collections.abc import Iterator
from csv import DictReader
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import jwt
import pytest
import typer.main
from typer.testing import CliRunner

from alongside.cli.app import app
from alongside.cli.names import names_of_people, titles_of_programmes
from alongside.client import PlatformClient, wait_until
from alongside.demo import partnership
from alongside.demo.personas import LEAD, TUTOR, Persona, mentor, school_lead, trainee
from alongside.local.platform import SERVICES
from alongside.operations.status import list_statuses, read_broker_statuses
from tests.e2e.conftest import Demo
from tests.e2e.terminal import ROOT, Terminal, rows
from tests.support.services import NO_SUCH_ID


def test_everybody_has_caught_up_some_time_after_the_last_command(alongside: Terminal) -> None:
    def have_caught_up(found: list[dict[str, Any]]) -> bool:
        return all(
            status["consumer_lag"] == 0
            and status["relay"]["behind"] == 0
            and all(model["position"] == status["head"] for model in status["read_models"])
            for status in found
        )

    found = wait_until(lambda: json.loads(alongside.output_of("status", "--json")), have_caught_up, "all read models")

    assert [status["service"] for status in found] == list(SERVICES)
    assert all(status["head"] > 0 and status["parked"] == 0 for status in found)


def test_the_table_has_a_row_for_each_service(alongside: Terminal) -> None:
    shown = rows(alongside.output_of("status"))

    assert list(shown) == list(SERVICES)
    assert all(int(head) > 0 for head, *_ in shown.values())


@pytest.mark.covers("I2")
def test_status_counts_what_there_is_to_watch_of_webhooks_and_mails(alongside: Terminal) -> None:
    found = {status["service"]: status["figures"] for status in json.loads(alongside.output_of("status", "--json"))}

    names = ["webhooks_due", "webhooks_due_seconds", "webhooks_failing", "webhook_dead_letters"]
    mails = ["mails_waiting", "mails_waiting_seconds", "mail_dead_letters"]
    assert {service: [each["name"] for each in figures] for service, figures in found.items() if figures} == {
        "reporting": names,
        "portal": mails,
    }


def test_status_shows_the_stores_without_a_broker(alongside: Terminal) -> None:
    result = alongside("status", KAFKA_BOOTSTRAP_SERVERS="127.0.0.1:1")

    assert result.code == 1
    assert [row[2] for row in rows(result.out).values()] == ["no broker"] * len(SERVICES)


def test_without_its_topics_it_names_them_and_the_command_that_creates_them(alongside: Terminal) -> None:
    result = alongside("status", ALONGSIDE_TOPIC_PREFIX="elsewhere")

    assert result.code == 1
    assert list(rows(result.out)) == list(SERVICES)
    (line,) = result.err.splitlines()
    topics = ", ".join(f"elsewhere.{name}.v1" for name in ("matching", "people", "referral", "sessions"))
    assert line == f"Kafka has no topic {topics}: `alongside topics` creates what is missing."


@pytest.mark.covers("S1")
def test_a_relationship_is_shown_with_who_sees_each_line(demo: Demo, alongside: Terminal) -> None:
    relationship = demo.client.get(LEAD, "sessions", "/relationships")[0]["relationship_id"]

    shown = alongside.output_of("relationships", "show", relationship)
    mentees = json.loads(alongside.output_of("relationships", "show", relationship, "--as", "mentee", "--json"))

    assert "The relationship was opened" in shown
    assert "Everybody who may see this relationship" in shown
    assert "The mentee signed draft" not in shown
    assert {"on", "what", "seen_by", "because"} <= mentees[0].keys()
    assert any(line["what"].startswith("The mentee signed draft") for line in mentees)


@pytest.mark.covers("P2", "P12")
def test_a_report_is_printed_with_names_and_as_csv(demo: Demo, alongside: Terminal) -> None:
    listed = rows(alongside.output_of("report", "--list"))
    answered = demo.client.get(LEAD, "reporting", "/reports/placements", as_of="2026-10-23", standing="placed")["rows"]

    shown = alongside.output_of("report", "placements", "--as-of", "2026-10-23", "--where", "standing=placed")
    csv = list(DictReader(StringIO(alongside.output_of("report", "placements", "--as-of", "2026-10-23", "--csv"))))
    before = alongside.output_of("report", "placements", "--known-at", "2026-01-01")

    assert {"placements", "caseloads"} <= listed.keys()
    placed = {row["trainee_id"]: row["trainee"] for row in csv if row["standing"] == "placed"}
    assert {row["programme"] for row in csv} <= set(titles_of_programmes(demo.client).values())
    assert placed.keys() == {row["trainee_id"] for row in answered}
    assert all(name in shown for name in placed.values())
    assert answered[0]["trainee_id"] not in shown
    assert before == "There is nothing to show.\n"
    assert shown.startswith("Up to 2026-10-23. The last event in it was recorded at ")


@pytest.mark.covers("P11")
def test_a_list_in_a_cell_of_csv_is_written_as_in_a_table(demo: Demo, alongside: Terminal) -> None:
    answered = demo.client.get(LEAD, "reporting", "/reports/caseloads", as_of="2026-10-23")["rows"]

    csv = DictReader(StringIO(alongside.output_of("report", "caseloads", "--as-of", "2026-10-23", "--csv")))

    weeks = {row["mentor_id"]: " ".join(row["missing_weeks"]) for row in answered}
    assert {row["mentor_id"]: row["missing_weeks"] for row in csv} == weeks
    assert any(weeks.values())


@pytest.mark.covers("P4")
def test_where_there_are_no_figures_of_groups_the_answer_says_of_when_they_are(alongside: Terminal) -> None:
    shown = " ".join(alongside.output_of("report", "parity", "--as-of", "2026-01-10").split())
    assert shown.startswith(
        "There is nothing to show. Figures are of a period that is over, as they were known 14 days"
    )


@pytest.mark.covers("P5", "P14")
@pytest.mark.parametrize("role", ["lead", "school-lead", "mentor", "trainee", "tutor"])
def test_the_overview_is_that_of_the_role(demo: Demo, alongside: Terminal, role: str) -> None:
    names = {
        "lead": (LEAD, "lead"),
        "tutor": (TUTOR, "tutor"),
        "school-lead": (school_lead("990001"), "school-lead:990001"),
    }
    if role in ("mentor", "trainee"):
        person = demo.client.get(LEAD, "referral", "/people", kind=role, limit=1000)[0]
        somebody = mentor(person["person_id"]) if role == "mentor" else trainee(person["person_id"])
        names[role] = (somebody, f"{role}:{person['reference']}")
    who, name = names[role]
    answered = demo.client.get(who, "reporting", "/overview", as_of="2026-10-23")

    shown = json.loads(alongside.output_of("overview", "--as", name, "--as-of", "2026-10-23", "--json"))
    printed = alongside.output_of("overview", "--as", name, "--as-of", "2026-10-23")

    parts = ("as_of", "warnings", "placements", "mentoring", "targets_not_revisited")
    assert [shown[part] for part in parts] == [answered[part] for part in parts]
    headings = ("Early warnings", "Trainees by where", "Mentoring that goes on", "not revisited")
    assert [heading in printed for heading in headings] == [answered[part] is not None for part in parts[1:]]
    for warning in [each for kind in answered["warnings"] or () for each in kind["latest"]]:
        assert warning["fact"] in printed
        assert warning["about_id"] not in printed
    for programme in answered["placements"] or ():
        assert programme["title"] in printed


@pytest.mark.covers("P5", "P12")
def test_the_overview_names_people_and_says_where_there_is_nothing(demo: Demo, alongside: Terminal) -> None:
    latest = [
        warning
        for kind in demo.client.get(LEAD, "reporting", "/overview", as_of="2026-10-23")["warnings"]
        for warning in kind["latest"]
    ]
    names = names_of_people(demo.client, {warning["trainee_id"] for warning in latest if warning["trainee_id"]})

    printed = alongside.output_of("overview", "--as-of", "2026-10-23")
    before = alongside.output_of("overview", "--as-of", "2026-10-23", "--known-at", "2026-01-01")
    of_nobody = alongside.output_of("overview", "--as", "operator")
    refused = alongside("overview", "--as-of", "soon")

    assert names
    assert all(name in printed for name in names.values())
    assert before.startswith("Up to 2026-10-23, as it was known at 2026-01-02T00:00:00Z.")
    assert before.count("There are none.") == 2
    assert "0 targets not revisited" in before
    assert of_nobody == "Nothing of the overview is for this person.\n"
    assert (refused.code, refused.out) == (1, "")


@pytest.mark.covers("P11")
@pytest.mark.parametrize("ending", ["csv", "xlsx", "parquet", "pdf"])
def test_a_report_is_saved_as_a_file_and_recorded(demo: Demo, alongside: Terminal, tmp_path: Path, ending: str) -> None:
    file = tmp_path / f"placements.{ending}"

    told = alongside.output_of("report", "placements", "--as-of", "2026-10-23", "--save", str(file))

    record = demo.client.get(LEAD, "reporting", "/exports", limit=1)[0]
    assert (record["report"], record["format"]) == ("placements", ending)
    assert hashlib.sha256(file.read_bytes()).hexdigest() == record["sha256"]
    assert f"{record['rows']} rows in {file}." in told
    assert record["sha256"] in told


@pytest.mark.covers("P12")
def test_what_differs_in_a_report_is_printed_line_by_line(demo: Demo, alongside: Terminal) -> None:
    found = demo.client.get(LEAD, "reporting", "/reports/caseloads", as_of="2026-10-23", limit=10_000)["rows"]

    shown = alongside.output_of("report", "caseloads", "--as-of", "2026-10-23", "--since", "2026-01-01", "--json")
    nothing = alongside.output_of("report", "caseloads", "--as-of", "2026-10-23", "--since", "2099-01-01")

    assert {row["mentor_id"]: row["change"] for row in json.loads(shown)} == {
        row["mentor_id"]: "added" for row in found
    }
    assert nothing == "Nothing differs.\n"


@pytest.mark.covers("P12")
def test_a_figure_is_traced_to_its_events(demo: Demo, alongside: Terminal) -> None:
    about = {"as_of": "2026-10-23"}
    row = next(
        each for each in demo.client.get(LEAD, "reporting", "/reports/mentoring", **about)["rows"] if each["held"]
    )
    named = [part for name in ("trainee_id", "mentor_id") for part in ("--where", f"{name}={row[name]}")]

    printed = alongside.output_of("report", "mentoring", "--as-of", "2026-10-23", *named, "--trace", "held", "--json")
    shown = alongside.output_of("report", "mentoring", "--as-of", "2026-10-23", *named, "--trace", "held")

    events = json.loads(printed)
    assert len({each["data"] for each in events if each["type"] == "sessions.meeting_held"}) >= row["held"]
    assert "sessions.meeting_held" in shown


@pytest.mark.parametrize(
    ("words", "because"),
    [
        (("caseloads", "--trace", "held"), "More than one row is shown; name one with --where COLUMN=VALUE."),
        (("caseloads", "--trace", "hours"), "There is no column hours. There is mentor_id, "),
        (("caseload",), "There is no report called caseload. There is early-warnings, placements, "),
        (("caseloads", "--sort", "hours"), "This report cannot be sorted by hours. There is mentor_id, "),
        (("caseloads", "--where", "due=3"), "There is no parameter due here. There is "),
        (("caseloads", "--where", "due"), "Give a column and its value, such as standing=placed."),
        (("caseloads", "--save", "caseloads.doc"), "End the name of the file with .csv, .xlsx, .parquet, .pdf."),
        (("caseloads", "--save", "x.csv", "--csv"), "leave --csv, --json, --since and --trace out"),
        (("caseloads", "--csv", "--json"), "Choose one of --csv and --json."),
        (("parity", "--trace", "people"), "Figures of groups have no trace: it would name the people in them."),
        (("caseloads", "--known-at", "soon"), "Give a day like 2026-10-23, or a time with its offset like "),
        ((), "Name a report, or list them with --list."),
    ],
)
def test_a_report_that_cannot_be_had_is_refused(alongside: Terminal, words: tuple[str, ...], because: str) -> None:
    result = alongside("report", *words)

    assert (result.code != 0, result.out) == (True, "")
    assert because in " ".join(result.err.replace("│", " ").split())


@pytest.mark.covers("P13")
def test_the_rebuilt_read_model_answers_as_before(demo: Demo, alongside: Terminal) -> None:
    before = demo.client.get(LEAD, "matching", "/rounds")

    first = alongside("rebuild", "rounds")
    again = alongside("rebuild", "matching.rounds")

    assert (first.code, again.code) == (0, 0)
    version = int(first.out.split("version ")[1].split()[0])
    assert first.out == f"matching: rounds is at version {version} now.\n"
    assert again.out == f"matching: rounds is at version {version + 1} now.\n"
    assert demo.client.get(LEAD, "matching", "/rounds") == before


@pytest.mark.parametrize(
    ("name", "because"),
    [
        ("[/meetigns]", "There is no read model [/meetigns]. The read models are matching.appetites, "),
        ("offers", "Several services have a read model offers: say referral.offers or matching.offers."),
    ],
)
def test_a_name_that_is_not_one_read_model_gets_those_that_exist(alongside: Terminal, name: str, because: str) -> None:
    result = alongside("rebuild", name)

    assert (result.code, result.out) == (1, "")
    assert because in result.err


def test_everything_is_sent_again_and_nobody_takes_it_twice(demo: Demo, alongside: Terminal) -> None:
    def statuses() -> dict[str, Any]:
        return {status.service: status for status in asyncio.run(list_statuses(demo.addresses))}

    def has_caught_up(found: dict[str, Any]) -> bool:
        told = asyncio.run(read_broker_statuses(demo.addresses))
        return found["sessions"].relay.behind == 0 and not any(status.events_behind for status in told.values())

    before = wait_until(statuses, has_caught_up, "reporting")

    result = alongside.output_of("republish", "sessions")

    assert result == f"sessions: the relay starts again at the first of {before['sessions'].head:,} events.\n"
    after = wait_until(statuses, has_caught_up, "what was sent again")
    assert {name: status.head for name, status in after.items()} == {
        name: status.head for name, status in before.items()
    }


def test_an_unknown_service_gets_those_that_exist(alongside: Terminal) -> None:
    result = alongside("republish", "billing")

    assert (result.code, result.out) == (1, "")
    assert all(service in result.err for service in SERVICES)


def _claims(demo: Demo, token: str) -> dict[str, Any]:
    jwks = jwt.PyJWKSet.from_dict(json.loads((demo.stack.state / "jwks.json").read_text()))
    claims: dict[str, Any] = jwt.decode(token.strip(), jwks.keys[0], algorithms=["ES256"], audience="alongside")
    return claims


@pytest.mark.parametrize(
    ("persona", "role", "schools"),
    [
        ("lead", "partnership_lead", []),
        ("tutor", "tutor", []),
        ("operator", "operator", []),
        ("school-lead:990001", "school_lead", ["990001"]),
    ],
)
def test_a_persona_has_a_role_and_schools(
    demo: Demo, alongside: Terminal, persona: str, role: str, schools: list[str]
) -> None:
    claims = _claims(demo, alongside.output_of("token", "--as", persona, "--tenant", "elsewhere"))

    assert (claims["roles"], claims["schools"], claims["tenant"]) == ([role], schools, "elsewhere")


@pytest.mark.parametrize(("kind", "role"), [("mentor", "mentor"), ("trainee", "trainee"), ("mentee", "trainee")])
def test_somebody_on_record_is_who_they_are_in_the_platform(
    demo: Demo, alongside: Terminal, kind: str, role: str
) -> None:
    person = demo.client.get(LEAD, "referral", "/people", kind=kind, limit=1000)[0]

    claims = _claims(demo, alongside.output_of("token", "--as", f"{kind}:{person['reference']}"))

    assert (claims["sub"], claims["roles"]) == (person["person_id"], [role])


@pytest.mark.parametrize(
    ("persona", "because"),
    [
        (
            "head",
            "Name lead, tutor, tutor:NAME (another tutor), operator, events-reader, school-lead:URN, mentor:REF",
        ),
        ("mentor", "Name lead, tutor"),
        ("mentor:M-999", "There is no mentor with the reference M-999"),
    ],
)
def test_nobody_gets_no_token(alongside: Terminal, persona: str, because: str) -> None:
    result = alongside("token", "--as", persona)

    assert (result.code, result.out) == (1, "")
    assert because in result.err


@pytest.mark.covers("R1", "R3")
def test_a_dry_run_stores_nothing_and_the_same_files_go_in_afterwards(demo: Demo, alongside: Terminal) -> None:
    ours = ("--tenant", f"trial-{uuid4().hex[:8]}")

    tried = alongside.output_of("schools", "import", partnership.SCHOOLS, "--dry-run", *ours)
    schools = alongside.output_of("schools", "import", partnership.SCHOOLS, *ours)
    again = alongside.output_of("schools", "import", partnership.SCHOOLS, *ours)
    mentors = alongside.output_of("people", "import", partnership.MENTORS, "--kind", "mentors", *ours)

    *unread, rows, counts = tried.splitlines()
    assert [line.partition(":")[0] for line in unread] == ["Not read"]
    assert rows == "Rows: 12 ready, 0 to fix, 1 welsh, 1 closed; nothing was stored."
    assert counts == "Schools, once it is imported: 12 opened."
    assert schools.endswith("; 12 new, 0 changed.\nSchools: 12 opened.\n")
    assert again.endswith("; 0 new, 0 changed.\n")
    assert mentors.endswith("; 45 new, 0 changed.\n")


@pytest.mark.covers("R3")
def test_errors_are_shown_by_line_and_column_and_nothing_is_imported(
    demo: Demo, alongside: Terminal, tmp_path: Path
) -> None:
    before = demo.client.get(LEAD, "referral", "/people", kind="trainee", limit=1000)
    marked = tmp_path / "marked.csv"

    result = alongside(
        "people", "import", partnership.TRAINEES_WITH_MISTAKES, "--kind", "trainees", "--marked", str(marked)
    )

    *errors, last = result.out.splitlines()
    assert result.code == 1
    dropped = "A spreadsheet may have dropped a zero at its beginning: write it as text, with the zero."
    assert f"line 3, trn: A TRN has 7 digits. {dropped}" in errors
    assert {error.split(",")[0] for error in errors} == {f"line {number}" for number in range(3, 8)}
    assert last == "Rows: 1 ready, 5 to fix; nothing was stored: correct the file and send it again."
    assert demo.client.get(LEAD, "referral", "/people", kind="trainee", limit=1000) == before
    headings, good, *wrong = marked.read_text("utf-8-sig").splitlines()
    assert headings.endswith(",Validation results,Errors")
    assert "No problem found" in good
    assert all(",To fix," in row for row in wrong)


def test_a_file_that_is_no_table_is_refused_with_what_it_lacks(alongside: Terminal) -> None:
    result = alongside("people", "import", ROOT / "README.md", "--kind", "offers")

    assert (result.code, result.out) == (1, "")
    assert result.err.count("The file has no column “school_urn”, “subject”,") == result.err.count("“places”") == 1


@pytest.mark.covers("R1", "R3")
def test_a_refused_file_names_no_school_and_the_list_and_the_undo_count_as_the_import_did(
    demo: Demo, alongside: Terminal, tmp_path: Path
) -> None:
    ours = ("--tenant", f"trial-{uuid4().hex[:8]}")
    broken = tmp_path / "broken.csv"
    broken.write_bytes(partnership.SCHOOLS.read_bytes().replace(b",427600,", b",far,", 1))

    refused = alongside("schools", "import", broken, *ours)
    done = alongside.output_of("schools", "import", partnership.SCHOOLS, *ours)
    listed = alongside.output_of("imports", "list", "--json", *ours)
    latest = json.loads(listed)[0]
    unknown = alongside("imports", "undo", "not-an-id", *ours)
    undone = alongside.output_of("imports", "undo", latest["import_id"], "--yes", *ours)
    again = alongside("imports", "undo", f"{NO_SUCH_ID}", *ours)

    assert refused.code == 1
    assert "Schools" not in refused.out
    assert "Rows: 12 ready, 0 to fix, 1 welsh, 1 closed; 12 new, 0 changed." in done.splitlines()
    assert (latest["will_change"]["new"], latest["skipped"]) == (12, {"welsh": 1, "closed": 1})
    assert "no id of an import" in unknown.err
    assert "schools 12" in undone
    assert (again.code, "There is no such import" in again.err) == (1, True)


def test_a_name_that_no_partnership_has_is_refused_with_what_it_may_hold(alongside: Terminal) -> None:
    result = alongside("imports", "list", "--tenant", "Aire Valley!")

    assert (result.code, result.out) == (2, "")
    assert "letters without accents, digits and hyphens, such as aire-valley" in " ".join(
        result.err.replace("│", " ").split()
    )


def test_a_file_that_is_not_there_is_named(alongside: Terminal, tmp_path: Path) -> None:
    result = alongside("schools", "import", tmp_path / "edubasealldata.csv")

    assert (result.code, result.out) == (1, "")
    assert f"{tmp_path / 'edubasealldata.csv'}: No such file" in result.err


@pytest.mark.parametrize(
    "words",
    [
        ("status",),
        ("token", "--as", "lead"),
        ("rebuild", "rounds"),
        ("schools", "import", str(partnership.SCHOOLS)),
        ("demo", "--running"),
    ],
    ids=" ".join,
)
def test_a_command_without_a_running_platform_says_how_to_start_it(words: tuple[str, ...], tmp_path: Path) -> None:
    result = Terminal(tmp_path)(*words)

    assert (result.code, result.out) == (1, "")
    assert "Start the platform with `alongside up`" in result.err
    assert f"no platform runs on the state folder {tmp_path}" in result.err
    assert "ALONGSIDE_STATE must name the same folder in both terminals" in result.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.covers("U1", "U11")
def test_a_partnership_is_opened_with_its_lead_who_is_invited_once(demo: Demo, alongside: Terminal) -> None:
    name, email = f"Ynys Môn {uuid4().hex[:8]}", f"{uuid4().hex}@example.org"
    shown = alongside.output_of("partnership", "open", name, "--lead", email, "--on", "2026-12-01")
    tenant = f"ynys-mon-{name[-8:]}"
    sign_in = f"http://localhost:{demo.addresses.http('portal').rpartition(':')[2]}/sign-in"
    assert f"programs call it {tenant}" in shown
    assert f"tell them to open {sign_in} and to sign in with this e-mail address" in shown
    assert f"alongside schools import FILE --tenant {tenant}" in shown

    again = json.loads(alongside.output_of("partnership", "open", name, "--lead", email, "--json"))
    assert again | {"account_id": None} == {
        "partnership": tenant,
        "name": name,
        "account_id": None,
        "invited": False,
        "sign_in": sign_in,
    }
    lead = Persona(again["account_id"], ("partnership_lead",))
    with PlatformClient(demo.addresses, demo.stack.issuer, tenant) as client:
        (account,) = client.get(lead, "portal", "/api/accounts")
        assert (account["account_id"], account["email"]) == (again["account_id"], email)
        assert [role["role"] for role in account["roles"]] == ["partnership_lead"]


@pytest.mark.parametrize(
    ("words", "because"),
    [
        (("山谷", "--lead", "a@example.org"), "Choose one with --tenant"),
        (("Aire", "--tenant", "aire-x", "--lead", "nobody"), "/email"),
        (("Aire", "--tenant", "a b", "--lead", "a@example.org"), "letters without accents"),
    ],
    ids=["no letters", "no address", "no tenant"],
)
def test_a_partnership_that_cannot_be_opened_says_what_to_change(
    alongside: Terminal, words: tuple[str, ...], because: str
) -> None:
    result = alongside("partnership", "open", *words)

    assert (result.code, result.out) == (1, "")
    assert because in result.err


def _commands(command: Any, *words: str) -> Iterator[tuple[str, ...]]:
    below = getattr(command, "commands", {})
    if not below:
        yield words
    for name, each in below.items():
        yield from _commands(each, *words, name)


@pytest.mark.parametrize("words", list(_commands(typer.main.get_command(app))), ids=" ".join)
def test_the_help_of_every_command_shows_an_example(words: tuple[str, ...]) -> None:
    result = CliRunner().invoke(app, [*words, "--help"])

    assert result.exit_code == 0
    assert "Example: " in result.output
    assert f"alongside {' '.join(words)}" in " ".join(result.output.partition("Example: ")[2].split())
