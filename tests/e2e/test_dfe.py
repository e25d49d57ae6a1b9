"""DfE's files as a coordinator writes them at the command line, in the demo partnership."""

import csv
from collections.abc import Mapping
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from alongside.client import wait_until
from alongside.demo import partnership
from alongside.demo.assessments import END_ON
from alongside.demo.personas import LEAD, TUTOR, Persona, school_lead, trainee
from tests.e2e.conftest import Demo
from tests.e2e.terminal import Terminal
from tests.support.services import NO_SUCH_ID

pytestmark = pytest.mark.covers("P11", "I3")

YEAR = ("--academic-year", "2026/27")
WITHOUT_HESA_ID = "T26-001"
MET = {f"TS{number}": "met" for number in range(1, 9)}
RECOMMENDED_HEADER = (
    "TRN,Provider trainee ID,HESA ID,Last names,First names,Lead school,QTS or EYTS,Route,Phase,Age range,Subject,"
    "Date QTS or EYTS requirements met"
)
NOTES = '{}"For example, 20/7/2022\r\n\r\nDelete row if the status is not changing"'.format("Do not edit," * 11)


def people_of(demo: Demo, kind: str) -> dict[str, dict[str, Any]]:
    """The people of the demo partnership of a kind, by their references."""
    found = demo.client.get(LEAD, "referral", "/people", kind=kind, limit=1000)
    return {each["reference"]: each for each in found}


def relationships_of(demo: Demo) -> dict[str, dict[str, Any]]:
    """The relationships of placements of the demo partnership, by the reference of the trainee."""
    people = {each["person_id"]: reference for reference, each in people_of(demo, "trainee").items()}
    listed = demo.client.get(LEAD, "sessions", "/relationships", limit=1000)
    return {
        people[each["trainee_id"]]: each for each in listed if each["trainee_id"] in people and each["role"] == "lead"
    }


def lines_of(file: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(file.read_text(encoding="utf-8"), newline="")))


def sheet_of(*rows: Mapping[str, str]) -> str:
    text = StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def hesa_id(reference: str) -> str:
    return f"2611500{reference[-3:]}999"


@pytest.fixture(scope="module")
def hesa_ids(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Give the demo's trainees their HESA ids, all but the first."""
    trainees = csv.DictReader(StringIO(partnership.TRAINEES.read_text(encoding="utf-8")))
    known = {row["provider_trainee_id"]: row for row in trainees}
    ids = {reference: hesa_id(reference) for reference in known} | {WITHOUT_HESA_ID: ""}
    rows = [row | {"hesa_id": ids[reference]} for reference, row in known.items()]
    path = tmp_path_factory.mktemp("hesa") / "trainees.csv"
    path.write_text(sheet_of(*rows), encoding="utf-8")
    Terminal(demo.stack.state).output_of("people", "import", path, "--kind", "trainees")


@pytest.mark.usefixtures("hesa_ids")
def test_placements_of_the_year_go_into_the_registers_file(demo: Demo, alongside: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "placements.csv"
    references = {each["person_id"]: reference for reference, each in people_of(demo, "trainee").items()}
    listed = demo.client.get(LEAD, "sessions", "/relationships", limit=1000)
    expected = {
        (hesa_id(reference), each["school_urn"])
        for each in listed
        if each["role"] == "lead" and each["starts_on"] <= each["ends_on"]
        for reference in [references.get(each["trainee_id"])]
        if reference not in (None, WITHOUT_HESA_ID)
    }

    told = alongside.output_of("dfe", "placements", *YEAR, "--out", file)

    assert file.read_bytes().startswith(b"hesa_id,urn\n")
    assert {(line["hesa_id"], line["urn"]) for line in lines_of(file)} == expected
    assert (f"{WITHOUT_HESA_ID} has no HESA id" in told) == (WITHOUT_HESA_ID in relationships_of(demo))
    assert f"{len(expected)} rows in {file}." in told
    assert file.stat().st_mode & 0o077 == 0
    assert not any(each["family_name"] in told for each in people_of(demo, "trainee").values())


def test_without_anybody_to_write_there_is_no_file(alongside: Terminal, tmp_path: Path) -> None:
    result = alongside("dfe", "placements", "--academic-year", "2019/20", "--out", tmp_path / "none.csv")

    assert (result.code, result.out) == (1, "No file was written: there is nothing to write in it.\n")
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_academic_year_is_refused_with_how_to_write_it(alongside: Terminal) -> None:
    result = alongside("dfe", "placements", "--academic-year", "2026")

    assert result.code == 2
    assert "Give an academic year like 2026/27." in result.err


def test_the_registers_download_is_filled_in_for_whoever_met_the_standards(
    demo: Demo, alongside: Terminal, tmp_path: Path
) -> None:
    (first, relationship), (second, _) = sorted(relationships_of(demo).items())[1:3]
    people = people_of(demo, "trainee")
    signers = (TUTOR, school_lead(relationship["school_urn"]), trainee(relationship["trainee_id"]))
    assess(demo, relationship, signers, {"kind": "final", "judgements": MET}, END_ON)
    rows = [
        f"{people[reference]['trn']},{reference},,Barr\u00f3s,Courtney,-,QTS,Provider-led (postgrad),Primary,5 to 11,"
        "Primary,"
        for reference in (first, second)
    ]
    download = tmp_path / "to recommend.csv"
    download.write_bytes("\r\n".join((RECOMMENDED_HEADER, NOTES, *rows, "")).encode("utf-8-sig"))

    told = alongside.output_of("dfe", "recommendations", download)

    written = (tmp_path / "to recommend-filled-in.csv").read_bytes()
    day = f"{END_ON.day}/{END_ON.month}/{END_ON.year}"
    assert written == "\r\n".join((RECOMMENDED_HEADER, NOTES, f"{rows[0]}{day}", "")).encode()
    assert f"{second} has no final assessment that was signed." in told


def test_a_file_that_is_not_the_registers_is_refused(alongside: Terminal) -> None:
    result = alongside("dfe", "recommendations", partnership.TRAINEES)

    assert result.code == 1
    assert "Download it from Register trainee teachers, and send it as it is." in result.err


def assess(
    demo: Demo,
    relationship: Mapping[str, Any],
    signers: tuple[Persona, ...],
    assessment: Mapping[str, Any],
    on: date,
) -> None:
    """Let the first signer assess, everybody sign, and the partnership lead acknowledge."""
    day, client = {"on": f"{on}"}, demo.client
    observed = {"observed_on": [f"{on - timedelta(days=1)}"]}
    about = {"relationship_id": relationship["relationship_id"]}
    made = client.post(signers[0], "sessions", "/assessments", {**assessment, **observed, **about, **day})
    path = f"/assessments/{made['assessment_id']}"
    client.put(signers[0], "sessions", f"{path}/sharing", day)
    client.put(signers[-1], "sessions", f"{path}/comment", day | {"comment": "I see it in the same way."})
    for who in signers:
        client.post(who, "sessions", f"{path}/signatures", day | {"version": 1})
    client.put(signers[0], "sessions", f"{path}/submission", day)
    client.put(LEAD, "sessions", f"{path}/acknowledgement", day)


def induction_of(demo: Demo) -> tuple[dict[str, Any], dict[str, Any]]:
    """The demo's teacher in induction, and where it stands."""
    teacher = people_of(demo, "mentee")["E26-01"]
    found = demo.client.get(LEAD, "sessions", f"/trainees/{teacher['person_id']}/induction")
    return teacher, found


def change_period(demo: Demo, **changes: Any) -> dict[str, Any]:
    """Change the period of the demo's induction; answers where it stands then."""
    teacher, induction = induction_of(demo)
    (period,) = induction["periods"]
    names = ("starts_on", "ends_on", "full_time_percent", "training_programme")
    body = {name: period[name] for name in names} | {"on": f"{END_ON}"} | changes
    path = f"/trainees/{teacher['person_id']}/induction"
    demo.client.put(LEAD, "sessions", f"{path}/periods/{period['period_id']}", body)
    found: dict[str, Any] = demo.client.get(LEAD, "sessions", path)
    return found


@pytest.fixture
def teachers_file(tmp_path: Path) -> Path:
    """A file that gives the demo's teacher a TRN and a date of birth."""
    path = tmp_path / "teachers.csv"
    names = {"teacher_reference": "E26-01", "given_name": "", "family_name": "", "school_urn": ""}
    path.write_text(sheet_of(names | {"trn": "9930007", "date_of_birth": "1999-02-03"}), encoding="utf-8")
    return path


def test_an_induction_is_claimed_once_all_that_was_missing_is_on_record(
    demo: Demo, alongside: Terminal, tmp_path: Path, teachers_file: Path
) -> None:
    file = tmp_path / "claims.csv"

    missing = alongside("dfe", "induction-claims", *YEAR, "--out", file)
    alongside.output_of("people", "import", teachers_file, "--kind", "teachers")
    period = change_period(demo, training_programme="school_led")["periods"][0]
    alongside.output_of("dfe", "induction-claims", *YEAR, "--out", file)

    assert missing.code == 1
    assert [line.partition(".")[0] for line in missing.out.splitlines()] == [
        "E26-01 has no TRN",
        "E26-01 has no date of birth",
        "E26-01 has no training programme in the first period of induction: record provider_led or school_led",
        "No file was written: there is nothing to write in it",
    ]
    header = b'"TRN","Date of birth","Induction programme","Induction period start date"\n'
    assert file.read_bytes() == header + f"9930007,1999-02-03,school-led,{period['starts_on']}\n".encode()


def test_whoever_has_left_is_released_and_whoever_served_all_passes(
    demo: Demo, alongside: Terminal, tmp_path: Path, teachers_file: Path
) -> None:
    alongside.output_of("people", "import", teachers_file, "--kind", "teachers")
    _, induction = induction_of(demo)
    (period,) = induction["periods"]
    left, served = tmp_path / "left.csv", tmp_path / "served.csv"
    words = ("dfe", "induction-outcomes", *YEAR, "--out", left)

    found = change_period(demo, ends_on=f"{END_ON - timedelta(days=4)}")
    unnamed = alongside(*words)
    alongside.output_of(*words, "--release", "E26-01")
    terms = f"{int(found['terms_served'] * 10) / 10:g}"

    passed = change_period(demo, starts_on="2023-09-01", ends_on=None, full_time_percent=100)
    relationship = demo.client.get(LEAD, "sessions", f"/relationships/{period['relationship_id']}")
    lead = school_lead(period["school_urn"])
    tutor = Persona(lead.subject, ("school_lead", "assessor"), lead.schools)
    head = Persona(f"{NO_SUCH_ID}", ("school_lead",), lead.schools)
    signers = (tutor, head, trainee(relationship["trainee_id"]))
    answers = {"strengths": "Calm starts.", "development": "Questions to all.", "on_track": "yes"}
    assess(demo, relationship, signers, {"kind": "ect_formal_2", "judgements": MET, "answers": answers}, END_ON)
    year = f"{date.fromisoformat(passed['ends_on']).year - 1}/{passed['ends_on'][2:4]}"
    alongside.output_of("dfe", "induction-outcomes", "--academic-year", year, "--out", served)
    change_period(demo, **{name: period[name] for name in ("starts_on", "ends_on", "full_time_percent")})

    header = b'"TRN","Date of birth","Induction period end date","Number of terms","Outcome"\n'
    assert unnamed.code == 1
    assert "give --release E26-01 if the teacher has left." in unnamed.out
    ended = END_ON - timedelta(days=4)
    assert left.read_bytes() == header + f"9930007,1999-02-03,{ended},{terms},release\n".encode()
    assert passed["is_served"]
    (row,) = lines_of(served)
    assert (row["Induction period end date"], row["Outcome"]) == (passed["ends_on"], "pass")
    assert float(row["Number of terms"]) <= passed["terms_served"]


def test_claims_for_mentor_training_are_by_school_and_provider_with_the_rate_of_the_area(
    demo: Demo, alongside: Terminal, tmp_path: Path
) -> None:
    mentor = people_of(demo, "mentor")["M-001"]
    register = csv.DictReader(StringIO(partnership.SCHOOLS.read_text(encoding="cp1252")))
    (school,) = (row for row in register if row["URN"] == mentor["school_urn"])
    extract, file = tmp_path / "extract.csv", tmp_path / "claims.csv"
    school |= {"DistrictAdministrative (code)": "E08000035", "EstablishmentTypeGroup (name)": "Academies"}
    extract.write_text(sheet_of(school), encoding="utf-8")
    logged = {"provider": "1AB", "hours": 10, "on": "2026-10-01"}
    demo.client.post(LEAD, "referral", f"/people/{mentor['person_id']}/training", logged)
    wait_until(
        lambda: demo.client.get(LEAD, "reporting", "/reports/mentor-training")["rows"],
        lambda rows: any(row["provider"] == "1AB" for row in rows),
        "the training in reporting",
    )
    words = ("dfe", "mentor-claims", *YEAR, "--provider", "1AB=North Star", "--out", file)

    before = alongside.output_of(*words)
    (unknown,) = lines_of(file)
    alongside.output_of("schools", "import", extract)
    alongside.output_of(*words)

    assert f"{school['URN']} has no amount: its district is not on record." in before
    assert unknown["claim_amount"] == ""
    (line,) = lines_of(file)
    assert line == {
        "claim_reference": "",
        "school_urn": school["URN"],
        "school_name": school["EstablishmentName"],
        "school_local_authority": school["LA (name)"],
        "school_type_of_establishment": school["TypeOfEstablishment (name)"],
        "school_group": "Academies",
        "provider_name": "North Star",
        "provider_code": "1AB",
        "claim_amount": "438.00",
        "claim_submission_date": "",
        "claim_status": "",
        "claim_unpaid_reason": "",
    }


def test_the_formats_say_what_each_column_is_made_from(alongside: Terminal) -> None:
    listed = alongside.output_of("dfe", "formats")

    assert "Date QTS or EYTS requirements met" in listed
    assert "the trainee's HESA id on record" in listed
