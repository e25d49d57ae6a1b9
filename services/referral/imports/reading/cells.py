"""Types of single cells, as annotated types: text in, value out, or an error that says what to do."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from services.referral.domain.profiles import SchoolPeriod
from services.referral.domain.subjects import Phase, nearest_names, subject_called
from shared.events.words import RouteKind, Situation, YearGroup

_ISO_DAY = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_BRITISH_DAY = re.compile(r"([0-9]{1,2})([/-])([0-9]{1,2})\2([0-9]{4})")
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_WHOLE = re.compile(r"[+-]?[0-9]{1,12}")
_DECIMAL = re.compile(r"[+-]?[0-9]{1,12}(\.[0-9]{1,6})?")
_POSTCODE = re.compile(r"([A-Z]{1,2}[0-9][A-Z0-9]?)(?: ?[0-9][A-Z]{2})?")
_SCHOOL_PERIOD = re.compile(r"([0-9]{6})(?: +from +([0-9/-]+))?(?: +to +([0-9/-]+))?")
_ACADEMIC_YEAR = re.compile(r"([0-9]{4})\s*[/-]\s*([0-9]{2}|[0-9]{4})")


def _reads(parse: Callable[[str], object]) -> BeforeValidator:
    """Parse text, and let a value that is made in Python through to pydantic."""
    return BeforeValidator(lambda value: parse(value) if isinstance(value, str) else value)


def _plain(text: str) -> str:
    line = " ".join(text.split())
    if line.isascii() and line.isprintable():
        return line  # which most of a large file is
    line = unicodedata.normalize("NFC", line)
    if any(unicodedata.category(letter) == "Cc" or letter == "\ufffd" for letter in line):
        raise PydanticCustomError("damaged_text", "A letter of this text is damaged. Type it again.")
    return line


def day_of(text: str) -> date:
    """Read a date written 2027-03-27, 27/3/2027 or 27-03-2027."""
    try:
        if iso := _ISO_DAY.fullmatch(text):
            year, month, day = iso.groups()
            return date(int(year), int(month), int(day))
        if british := _BRITISH_DAY.fullmatch(text):
            day, _, month, year = british.groups()
            return date(int(year), int(month), int(day))
    except ValueError:
        raise PydanticCustomError("no_such_day", "The calendar has no such day. Check day and month.") from None
    raise PydanticCustomError("not_a_date", "Write a date like 27/3/2027 or 2027-03-27, the year in four digits.")


def _whole(text: str) -> int:
    if not _WHOLE.fullmatch(text):
        raise PydanticCustomError("not_a_whole_number", "Write a whole number, in digits only.")
    return int(text)


def _decimal(text: str) -> Decimal:
    if not _DECIMAL.fullmatch(text):
        raise PydanticCustomError("not_a_number", "Write a number in digits, with a point before decimals, like 1.5.")
    return Decimal(text)


def _digits(length: int, name: str) -> BeforeValidator:
    pattern = re.compile(f"[0-9]{{{length}}}")

    def parse(text: str) -> str:
        if not pattern.fullmatch(text):
            advice = f"A {name} has {length} digits. A spreadsheet may have dropped a zero at its beginning."
            raise PydanticCustomError("wrong_digits", "{advice}", {"advice": advice})
        return text

    return _reads(parse)


def _digits_of(least: int, most: int, name: str) -> BeforeValidator:
    pattern = re.compile(f"[0-9]{{{least},{most}}}")

    def parse(text: str) -> str:
        if not pattern.fullmatch(text):
            advice = f"A {name} has {least} to {most} digits. Format the column as text, so that all of them are kept."
            raise PydanticCustomError("wrong_digits", "{advice}", {"advice": advice})
        return text

    return _reads(parse)


def hesa_code(meanings: Mapping[str, str]) -> BeforeValidator:
    """Translate a code of HESA, with its leading zeros, to its meaning; other text stays as it is."""
    length = len(next(iter(meanings)))

    def parse(text: str) -> str:
        if not text.isdigit():
            return text
        if len(text) != length:
            advice = f"This code has {length} digits. A spreadsheet may have dropped a zero at its beginning."
            raise PydanticCustomError("wrong_digits", "{advice}", {"advice": advice})
        if text not in meanings:
            advice = "This code is not in DfE's list for this column. Use one that is."
            raise PydanticCustomError("unknown_code", "{advice}", {"advice": advice})
        return meanings[text]

    return _reads(parse)


def _email(text: str) -> str:
    if not _EMAIL.fullmatch(text):
        raise PydanticCustomError("not_an_email", "Write one e-mail address, like name@example.org.")
    return text


def _subject(text: str) -> str:
    if subject := subject_called(text):
        return subject.code
    near = nearest_names(text)
    advice = f"Did you mean {' or '.join(near)}?" if near else "Use a name from the list of subjects, like Mathematics."
    raise PydanticCustomError("unknown_subject", "This subject is not known. {advice}", {"advice": advice})


def _several(text: str) -> tuple[str, ...]:
    parts = dict.fromkeys(part.strip() for part in text.split(";"))
    return tuple(part for part in parts if part)


def _subjects(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_subject(part) for part in _several(text)))


def _choice(text: str) -> str:
    return "_".join(text.casefold().replace("-", " ").split())


def _phases(text: str) -> frozenset[str]:
    phases = frozenset(_choice(part) for part in _several(text))
    if not phases <= {"primary", "secondary"}:
        raise PydanticCustomError("unknown_phase", "Write primary, secondary, or primary;secondary.")
    return phases


def _choices(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_choice(part) for part in _several(text)))


def _situations(text: str) -> tuple[str, ...]:
    """Read circumstances; the word none, by itself, removes what is on record."""
    words = _choices(text)
    return () if words == ("none",) else words


def _yes_or_no(text: str) -> bool:
    match text.casefold():
        case "yes":
            return True
        case "no":
            return False
        case _:
            raise PydanticCustomError("not_yes_or_no", "Write yes or no, or leave the cell blank where nobody knows.")


def _school_period(text: str) -> SchoolPeriod:
    """Read a school with the days that are known: `990002 from 1/9/2026 to 31/8/2027`."""
    written = _SCHOOL_PERIOD.fullmatch(text)
    if written is None:
        advice = "Write each school like 100002, or 100002 from 1/9/2026 to 31/8/2027, with ; between schools."
        raise PydanticCustomError("not_a_school", "{advice}", {"advice": advice})
    urn, first, last = written.groups()
    period = SchoolPeriod(
        school_urn=urn, starts_on=day_of(first) if first else None, ends_on=day_of(last) if last else None
    )
    if period.last_day < period.first_day:
        advice = "The last day at a school is before the first. Swap or correct them."
        raise PydanticCustomError("dates_reversed", "{advice}", {"advice": advice})
    return period


def _school_periods(text: str) -> tuple[SchoolPeriod, ...]:
    """Read schools with their dates; the word none, by itself, removes what is on record."""
    if text.casefold() == "none":
        return ()
    return tuple(_school_period(part) for part in _several(text))


def _academic_year(text: str) -> str:
    if written := _ACADEMIC_YEAR.fullmatch(text):
        first, second = written.groups()
        if int(second) % 100 == (int(first) + 1) % 100 and second[:-2] in ("", str(int(first) + 1)[:-2]):
            return f"{first}/{second[-2:]}"
    raise PydanticCustomError("not_an_academic_year", "Write two years that follow each other, like 2026/27.")


def _area(text: str) -> str:
    """Read the outward part of a postcode; the rest is not kept, since a whole postcode can be a single household."""
    if not (written := _POSTCODE.fullmatch(" ".join(text.upper().split()))):
        raise PydanticCustomError("not_a_postcode_area", "Write the first part of the home's postcode, like LS6.")
    return written[1]


Text = Annotated[str, StringConstraints(max_length=200), _reads(_plain)]
Reference = Annotated[str, StringConstraints(max_length=50), _reads(_plain)]
# Personal cells stay out of a row's repr, so that no log, exception or test output shows them.
Name = Annotated[str, StringConstraints(max_length=200), _reads(_plain), Field(repr=False)]
Email = Annotated[str, StringConstraints(max_length=254), _reads(_email), Field(repr=False)]
Day = Annotated[date, _reads(day_of)]
Whole = Annotated[int, _reads(_whole)]
Number = Annotated[Decimal, _reads(_decimal)]
Urn = Annotated[str, _digits(6, "URN")]
Ukprn = Annotated[str, _digits(8, "UKPRN")]
Trn = Annotated[str, _digits(7, "TRN")]
Easting = Annotated[Whole, Field(ge=1, le=700_000)]  # metres, British National Grid (EPSG:27700)
Northing = Annotated[Whole, Field(ge=1, le=1_300_000)]
Area = Annotated[str, _reads(_area)]
SubjectCode = Annotated[str, _reads(_subject)]
SubjectCodes = Annotated[tuple[str, ...], _reads(_subjects), Field(min_length=1)]
OnePhase = Annotated[Phase, _reads(_choice)]
Phases = Annotated[frozenset[Phase], _reads(_phases), Field(min_length=1)]
YearGroups = Annotated[tuple[YearGroup, ...], _reads(_choices)]
Routes = Annotated[tuple[RouteKind, ...], _reads(_choices)]
Situations = Annotated[tuple[Situation, ...], _reads(_situations)]
YesOrNo = Annotated[bool, _reads(_yes_or_no)]
SchoolPeriods = Annotated[tuple[SchoolPeriod, ...], _reads(_school_periods), Field(max_length=10)]
Urns = Annotated[tuple[Urn, ...], _reads(_several)]
MentorRole = Annotated[Literal["volunteer", "directed"], _reads(_choice)]
TravelMode = Annotated[Literal["car", "public_transport", "bicycle", "walking"], _reads(_choice)]
AcademicYear = Annotated[str, _reads(_academic_year)]
HesaId = Annotated[str, _digits_of(13, 17, "HESA id")]
# Who hosted a trainee where no school did, in DfE's register: not applicable, or an establishment without a URN.
NO_SCHOOL = frozenset({"900000", "900010", "900020", "900030"})
TrainingRoute = Annotated[
    Literal[  # names of DfE's Register trainee teachers
        "provider_led_postgrad",
        "provider_led_undergrad",
        "school_direct_salaried",
        "pg_teaching_apprenticeship",
        "teacher_degree_apprenticeship",
        "hpitt_postgrad",
        "opt_in_undergrad",
        "provider_led_postgrad_salaried",
        "school_direct_tuition_fee",
    ],
    _reads(_choice),
]
