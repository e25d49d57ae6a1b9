"""Claims for the training of mentors, in the columns of DfE's service Claim funding for mentor training.

A school makes its claim in the service itself. This file is what the partnership knows of it beforehand: a row for each
school and provider, and the amount by the hours that can be claimed and the rate of the school's area. Reference, day,
status and why a claim is not paid are the service's own, and stay empty.
"""

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from importlib.resources import files
from uuid import UUID

from shared import rulebook
from shared.calendar.academic_years import AcademicYear
from shared.dfe.forms import Column, Form, Gap, in_order

_SERVICES_OWN = "nothing: the service gives it"
_REST = "rest_of_england"
_ENGLAND = "E"

CLAIMS = Form(
    name="mentor-claims",
    edition="2026",
    service="Claim funding for mentor training",
    source="DFE-Digital/itt-mentor-services, claims/claim/generate_csv.rb (August 2026)",
    columns=(
        Column("claim_reference", _SERVICES_OWN),
        Column("school_urn", "the school's URN"),
        Column("school_name", "its name in the register of schools"),
        Column("school_local_authority", "its local authority in the register of schools"),
        Column("school_type_of_establishment", "its type in the register of schools"),
        Column("school_group", "the group of its type in the register of schools"),
        Column("provider_name", "the provider's name, if you give it with --provider"),
        Column("provider_code", "the provider's code, by which the training was logged"),
        Column("claim_amount", "the hours that can be claimed, times the rate of the school's area, in pounds"),
        Column("claim_submission_date", _SERVICES_OWN),
        Column("claim_status", _SERVICES_OWN),
        Column("claim_unpaid_reason", _SERVICES_OWN),
    ),
)


@dataclass(frozen=True, slots=True)
class School:
    """A school of the register; `district_code` is that of its district council or borough, None if not on record."""

    urn: str
    name: str
    local_authority: str | None = None
    type_of_establishment: str | None = None
    group: str | None = None
    district_code: str | None = None


@dataclass(frozen=True, slots=True)
class TrainingHours:
    """Hours of a mentor's training with a provider, by its code, in a year.

    `claimable` is None where no rule of the year is known.
    """

    mentor_id: UUID
    provider: str
    school_urn: str | None
    claimable: float | None
    last_on: date


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """What a school can claim for its mentors' training with a provider; the amount is in pounds, None if unknown."""

    school: School
    provider_code: str
    provider_name: str
    amount: Decimal | None


@dataclass(frozen=True, slots=True)
class MentorClaims:
    """The rows of the file, and what could not be reckoned, by the mentor's reference or the school's URN."""

    rows: list[ClaimRow]
    gaps: list[Gap]

    def write(self) -> list[bytes]:
        """Write the file; none without rows."""
        return CLAIMS.write([_cells(row) for row in self.rows])


def _cells(row: ClaimRow) -> tuple[str, ...]:
    school = row.school
    return (
        "",
        school.urn,
        school.name,
        school.local_authority or "",
        school.type_of_establishment or "",
        school.group or "",
        row.provider_name,
        row.provider_code,
        "" if row.amount is None else f"{row.amount:.2f}",
        "",
        "",
        "",
    )


def funding_area(district_code: str | None) -> str | None:
    """Return the area of a district in England, by whose rate an hour is paid; None without a district."""
    if district_code is None or not district_code.startswith(_ENGLAND):
        return None
    return _areas().get(district_code, _REST)


@cache
def _areas() -> dict[str, str]:
    text = files(__name__.rpartition(".")[0]).joinpath("funding_areas.csv").read_text("utf-8")
    return {row["district_code"]: row["area"] for row in csv.DictReader(text.splitlines())}


def list_claims(
    trainings: Iterable[TrainingHours],
    schools: Mapping[str, School],
    references: Mapping[UUID, str],
    year: AcademicYear,
    names: Mapping[str, str],
) -> MentorClaims:
    """Add the hours of a year up by school and provider; `names` are the providers' names by their codes."""
    hours: dict[tuple[str, str], list[TrainingHours]] = defaultdict(list)
    gaps = list[Gap]()
    for training in trainings:
        about = references.get(training.mentor_id, "a mentor without a record")
        if training.claimable is None:
            gaps.append(Gap(about, f"has training of {year.name}, for which no rule says how much can be claimed."))
        elif training.school_urn is None or training.school_urn not in schools:
            gaps.append(Gap(about, "has training and no school that could claim it."))
        elif training.claimable > 0:
            hours[training.school_urn, training.provider].append(training)
    rows = [_claim(schools[urn], provider, entries, names, gaps) for (urn, provider), entries in sorted(hours.items())]
    return MentorClaims(rows, in_order(gaps))


def _claim(
    school: School, provider: str, entries: Iterable[TrainingHours], names: Mapping[str, str], gaps: list[Gap]
) -> ClaimRow:
    area = funding_area(school.district_code)
    if area is None:
        gaps.append(
            Gap(
                school.urn,
                "has no amount: its district is not on record. Import an extract of the register of schools with the "
                "column DistrictAdministrative (code).",
            )
        )
        return ClaimRow(school, provider, names.get(provider, ""), None)
    amount = Decimal(0)
    for entry in entries:
        rate = rulebook.rule(f"mentor_funding_{area}", entry.last_on)
        if rate is None:
            gaps.append(Gap(school.urn, f"has no amount: no rate is known for training of {entry.last_on}."))
            return ClaimRow(school, provider, names.get(provider, ""), None)
        amount += Decimal(str(entry.claimable)) * Decimal(str(rate.quantity))
    return ClaimRow(school, provider, names.get(provider, ""), amount.quantize(Decimal("0.01"), ROUND_HALF_UP))
