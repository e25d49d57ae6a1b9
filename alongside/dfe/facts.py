"""What the services answer, as the facts of which files are made."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from alongside.client import PlatformClient, Refused
from alongside.demo.personas import Persona
from shared.calendar.academic_years import AcademicYear
from shared.dfe.awards import AssessmentRead
from shared.dfe.claims import School, TrainingHours
from shared.dfe.inductions import Period
from shared.dfe.people import PersonOnRecord
from shared.events.practices import Practice

_PAGE = 1000
_NOT_FOUND = 404


class Facts:
    """Reads the services as one person, who sees in the files what they may see there."""

    def __init__(self, client: PlatformClient, who: Persona) -> None:
        self._client = client
        self._who = who
        self._practices: dict[str, Practice] = {}

    def people(self, kind: str, mentee_kind: str | None = None) -> dict[UUID, PersonOnRecord]:
        """Everybody of a kind on record, by id; of mentees only those of this kind."""
        listed = self._pages("referral", "/people", "person_id", kind=kind)
        return {
            UUID(each["person_id"]): _person(each)
            for each in listed
            if mentee_kind is None or each["profile"]["kind"] == mentee_kind
        }

    def relationships(self) -> list[dict[str, Any]]:
        """Every relationship that the person may see."""
        return list(self._pages("sessions", "/relationships", "relationship_id"))

    def practice(self, relationship: Mapping[str, Any]) -> Practice:
        """How the programme of a relationship works."""
        programme_id = relationship["programme_id"]
        if programme_id not in self._practices:
            answer = self._get("sessions", f"/relationships/{relationship['relationship_id']}/practice")
            self._practices[programme_id] = Practice.model_validate(answer["practice"])
        return self._practices[programme_id]

    def assessments(self, person_id: UUID) -> list[tuple[str, AssessmentRead]]:
        """The assessments of a person in their last versions, each with the id of its relationship."""
        return [
            (each["relationship_id"], _assessment(each))
            for each in self._get("sessions", "/assessments", trainee_id=f"{person_id}")
        ]

    def induction(self, person_id: UUID) -> dict[str, Any] | None:
        """Where a teacher's induction stands; None where there is none."""
        try:
            answer: dict[str, Any] = self._get("sessions", f"/trainees/{person_id}/induction")
        except Refused as refused:
            if refused.status == _NOT_FOUND:
                return None
            raise
        return answer

    def training(self, year: AcademicYear) -> list[TrainingHours]:
        """The training of mentors in a year, as the report of mentor training counts it."""
        rows = list[TrainingHours]()
        after: dict[str, str] = {}
        while True:
            page = self._get("reporting", "/reports/mentor-training", academic_year=year.name, limit=_PAGE, **after)
            rows += (_training(row) for row in page["rows"])
            if page["next"] is None:
                return rows
            after = {"after": page["next"]}

    def school(self, urn: str) -> School:
        """A school as the register shows it."""
        answer = self._get("referral", f"/schools/{urn}")
        return School(
            urn=urn,
            name=answer["name"],
            local_authority=answer["la_name"],
            type_of_establishment=answer["type_of_establishment"],
            group=answer["type_group"],
            district_code=answer["district_code"],
        )

    def _get(self, service: str, path: str, **query: Any) -> Any:
        return self._client.get(self._who, service, path, **query)

    def _pages(self, service: str, path: str, key: str, **query: str) -> Iterator[dict[str, Any]]:
        after: dict[str, str] = {}
        while page := self._get(service, path, limit=_PAGE, **query, **after):
            yield from page
            after = {"after": page[-1][key]}


def _person(answer: Mapping[str, Any]) -> PersonOnRecord:
    born, standing = answer.get("date_of_birth"), answer["standing"]
    return PersonOnRecord(
        person_id=UUID(answer["person_id"]),
        reference=answer["reference"],
        trn=answer["trn"],
        hesa_id=answer["hesa_id"],
        date_of_birth=None if born is None else date.fromisoformat(born),
        has_left=standing is not None and standing["standing"] == "withdrawn",
    )


def _assessment(answer: Mapping[str, Any]) -> AssessmentRead:
    return AssessmentRead(
        kind=answer["kind"],
        state=answer["state"],
        on=date.fromisoformat(answer["on"]),
        levels=answer["judgements"],
        signed_on=[date.fromisoformat(each["on"]) for each in answer["signatures"]],
    )


def _training(row: Mapping[str, Any]) -> TrainingHours:
    return TrainingHours(
        mentor_id=UUID(row["mentor_id"]),
        provider=row["provider"],
        school_urn=row["school_urn"],
        claimable=row["claimable_hours"],
        last_on=date.fromisoformat(row["last_trained_on"]),
    )


def periods_of(induction: Mapping[str, Any]) -> tuple[Period, ...]:
    """The periods of an induction as sessions answers it."""
    return tuple(
        Period(
            starts_on=date.fromisoformat(each["starts_on"]),
            ends_on=None if each["ends_on"] is None else date.fromisoformat(each["ends_on"]),
            training_programme=each["training_programme"],
        )
        for each in induction["periods"]
    )
