"""Hosts without a URN: who has a name and postcode, and what is kept of a host."""

from datetime import date
from itertools import islice
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st
from pydantic import ValidationError

from services.referral.domain.hosts import (
    HOST_NAME,
    HostIsRecorded,
    HostNamed,
    NameHost,
    NewHost,
    codes_for,
    host_name_id,
)
from services.referral.domain.schools import SCHOOL, CloseSchool, RecordSchool, SchoolClosed, SchoolRecorded
from shared.inputs.schools import is_urn
from shared.kernel.decider import Invalid
from tests.support.given import given
from tests.support.people_files import sheet
from tests.unit.referral.imports.read_files import read_mentors, read_offers
from tests.unit.referral.imports.test_people_and_offers import MENTOR, OFFER

pytestmark = pytest.mark.covers("R1")

JULY, AUGUST = date(2026, 7, 1), date(2026, 8, 1)
HOST: dict[str, Any] = {
    "name": "Little Acorns",
    "postcode": "ls6 3hn",
    "kind": "nursery",
    "phases": ["primary"],
    "on": "2026-07-01",
}
CODES = st.none() | st.sampled_from(["H000001", "H000002", "H000003"])


def host(**other: Any) -> NewHost:
    return NewHost.model_validate(HOST | other)


def test_a_name_means_one_host_until_it_is_free_again() -> None:
    mine, other = HostNamed(happened_on=JULY, urn="H000001"), "H000002"
    given(HOST_NAME).when(NameHost(urn="H000001", on=JULY)).then(mine)
    given(HOST_NAME, mine).when(NameHost(urn="H000001", on=AUGUST)).then()
    given(HOST_NAME, mine).when(NameHost(urn=other, on=AUGUST)).refused(HostIsRecorded)
    free = HostNamed(happened_on=AUGUST, urn=None)
    given(HOST_NAME, mine).when(NameHost(urn=None, on=AUGUST)).then(free)
    given(HOST_NAME, mine, free).when(NameHost(urn=other, on=AUGUST)).then(HostNamed(happened_on=AUGUST, urn=other))


@drawn(st.lists(CODES))
def test_a_name_is_never_given_from_one_host_to_another_at_once(codes: list[str | None]) -> None:
    name, has = HOST_NAME.initial(), None
    for code in codes:
        try:
            events = HOST_NAME.decide(NameHost(urn=code, on=JULY), name, None)  # type: ignore[arg-type]  # no clock
        except HostIsRecorded:
            assert has is not None
            assert code not in (None, has)
            continue
        assert bool(events) is (code != has)
        for event in events:
            name = HOST_NAME.evolve(name, event)
        has = code
        assert name.urn == has


def test_hosts_of_equal_name_and_postcode_are_one() -> None:
    here = host_name_id("north", host().row)
    assert host_name_id("north", host(name="little  ACORNS ", postcode="LS63HN", town="Leeds").row) == here
    others = [host_name_id("north", host(postcode="LS6 3HP").row), host_name_id("north", host(name="Big Oaks").row)]
    assert len({here, host_name_id("south", host().row), *others}) == 4


def test_the_code_of_a_host_is_always_the_same_and_cannot_be_taken_for_a_urn_or_a_postcode() -> None:
    first, second = islice(codes_for(UUID(int=999_999)), 2)
    assert (first, second) == ("H999999", "H000000")
    assert is_urn(first)
    assert not first.isdigit()
    assert [text for text in ("H12345", "H1234567", "X123456", "123456\n", "h123456") if is_urn(text)] == []


def test_the_row_of_a_host_is_written_by_the_partnership() -> None:
    row = host(town="Leeds", la_code="383", easting=427500, northing=436500).row
    assert (row.name, row.postcode, row.phases, row.phase) == ("Little Acorns", "LS6 3HN", ("primary",), "Nursery")
    assert (row.town, row.la_code, row.easting, row.northing) == ("Leeds", "383", 427500, 436500)


def test_a_postcode_overseas_has_any_form_and_no_district() -> None:
    abroad = host(kind="overseas", postcode="75007", town="Paris")
    assert (abroad.row.postcode, abroad.district) == ("75007", None)
    assert host().district == "LS6"


@pytest.mark.parametrize(("other", "pointer"), [({"postcode": "LS6"}, "/postcode"), ({"easting": 427500}, "/northing")])
def test_a_host_that_cannot_be_found_is_refused(other: dict[str, Any], pointer: str) -> None:
    with pytest.raises(Invalid) as refused:
        _ = host(**other).row
    assert refused.value.pointer == pointer


@pytest.mark.parametrize("other", [{"name": " "}, {"phases": []}, {"kind": "zoo"}, {"easting": 0}, {"la_code": "38"}])
def test_a_host_without_what_a_round_needs_is_refused(other: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        host(**other)


def test_a_host_closes_and_opens_again_as_a_school_does() -> None:
    recorded = SchoolRecorded(happened_on=JULY, urn="H000001", row=host().row)
    closed = SchoolClosed(happened_on=AUGUST, urn="H000001", reason="hosts_no_more")
    close = CloseSchool(urn="H000001", reason="hosts_no_more", on=AUGUST)
    given(SCHOOL, recorded).when(close).then(closed)
    given(SCHOOL, recorded, closed).when(RecordSchool(urn="H000001", row=host().row, on=JULY)).then(recorded)


def test_a_file_names_a_host_by_its_code_in_the_place_of_a_urn() -> None:
    mentor = MENTOR | {"school_urn": "h000001", "other_schools": "990001; h000001 from 1/9/2026 to 31/8/2027"}
    [row] = read_mentors(sheet(mentor)).rows
    assert row.school_urn == "H000001"
    assert [period.school_urn for period in row.other_schools] == ["990001", "H000001"]
    [offer] = read_offers(sheet(OFFER | {"school_urn": "H000001", "shared_with": "h000002; 990002"})).rows
    assert (offer.school_urn, offer.shared_with) == ("H000001", ("H000002", "990002"))


def test_a_code_that_is_no_host_s_is_refused_with_the_sentence_of_a_urn() -> None:
    [error] = read_mentors(sheet(MENTOR | {"school_urn": "H12345"})).errors
    assert (error.column, error.code) == ("school_urn", "wrong_digits")
