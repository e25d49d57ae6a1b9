"""Types of single cells, as annotated types: text in, value out, or an error that says what to do."""

import re
from collections.abc import Callable, Collection, Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, NoReturn, get_args

from pydantic import BeforeValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from services.referral.domain.profiles import SchoolPeriod
from services.referral.domain.subjects import Phase, subject_called, unknown_subject
from shared.events import words
from shared.events.words import KEY_STAGES, RouteKind, Situation, YearGroup
from shared.inputs.addresses import EMAIL_ADDRESS
from shared.inputs.schools import HOST_CODE, is_urn
from shared.spreadsheets.days import day_of, is_day
from shared.wording import counted_noun

_EMAIL = re.compile(EMAIL_ADDRESS)
_WHOLE = re.compile(r"([+-]?(?:[0-9]{1,100}|[0-9]{1,3}(?:,[0-9]{3}){1,3}))(?:\.0+)?")
_DECIMAL = re.compile(r"[+-]?[0-9]{1,12}(\.[0-9]{1,6})?")
_NO_FRACTION = re.compile(r"([0-9]+)\.0+")
_SHORTENED = re.compile(r"[0-9]+([.,][0-9]+)?E\+?[0-9]+", re.IGNORECASE)
_PHONE = re.compile(r"\+?[0-9() -]{10,}")
_TWO_DIGITS = re.compile("[0-9]{2}")
_TIME = re.compile(r"([0-9]+ days?, )?[0-9]{1,2}:[0-9]{2}(:[0-9]{2}.*)?")
_TRN_WITH_SLASH = re.compile(r"(?:RP *)?([0-9]{2})/([0-9]{5})", re.IGNORECASE)
_POSTCODE = re.compile(r"([A-Z]{1,2}[0-9][A-Z0-9]?)(?: ?[0-9][A-Z]{2})?")
_HOST_CODE = re.compile(HOST_CODE)
_SCHOOL_PERIOD = re.compile(r"([0-9]{6}|[Hh][0-9]{6})(?:\.0+)?(?: +from +(.+?))?(?: +to +(.+))?")
_ACADEMIC_YEAR = re.compile(r"([0-9]{4})\s*[/\u2013-]\s*([0-9]{2}|[0-9]{4})")
_BETWEEN_VALUES = re.compile(r"[;\n]")
_BETWEEN_KNOWN_VALUES = re.compile(r"[,/]")
_PLACEHOLDERS = frozenset({"?", "??", "n/a", "n.a.", "na", "nil", "none", "null", "tba", "tbc", "unknown"})
_NO_NAMES = frozenset({"?", "??", "n/a", "n.a.", "tba", "tbc", "unknown", "true", "false"})

_ZEROS_DROPPED = 2
"""Zeros at the beginning of a number that a spreadsheet may well have dropped; more of them are rare."""

_DROPPED = "A spreadsheet may have dropped a zero at its beginning: write it as text, with the zero."
_PLACEHOLDER = "This stands for nothing that is known. Write the value, or leave the cell blank if there is none."


def _reads(parse: Callable[[str], object]) -> BeforeValidator:
    """Parse text, and let a value that is made in Python through to pydantic."""
    return BeforeValidator(lambda value: parse(value) if isinstance(value, str) else value)


def _error(code: str, advice: str) -> PydanticCustomError:
    return PydanticCustomError(code, "{advice}", {"advice": advice})


def _refuse(text: str, code: str, advice: str) -> NoReturn:
    """Refuse a cell of a type that has no free words, with a closer reason than `advice` where there is one."""
    if text.casefold() in _PLACEHOLDERS:
        advice = _PLACEHOLDER
    raise _error(code, advice)


def _plain(text: str) -> str:
    return " ".join(text.split())


def without_fraction(text: str) -> str:
    """Return `1234` for `1234.0`, as other programs write whole numbers; any other text as it is."""
    whole = _NO_FRACTION.fullmatch(text)
    return whole[1] if whole else text


def _whole(text: str) -> int:
    if written := _WHOLE.fullmatch(text):
        return int(written[1].replace(",", ""))
    advice = "Write a whole number, in digits only."
    if _SHORTENED.fullmatch(text):
        advice = "A spreadsheet has shortened this number. Write all its digits."
    elif is_day(text) or _TIME.fullmatch(text):
        advice = "This is a date or a time. Format the column as a number, and write a whole number."
    elif text[0].isdigit() and any(letter.isalpha() for letter in text):
        advice = "Write the whole number alone, without words or units."
    _refuse(text, "not_a_whole_number", advice)


def _decimal(text: str) -> Decimal:
    if _DECIMAL.fullmatch(text):
        return Decimal(text)
    advice = "Write a number in digits, with a point before decimals, like 1.5."
    if text.endswith("%"):
        advice = "Write the number without a percent sign."
    elif is_day(text) or _TIME.fullmatch(text):
        advice = "This is a date or a time. Format the column as a number, and write a number like 1.5."
    elif text[0].isdigit() and any(letter.isalpha() for letter in text) and not _SHORTENED.fullmatch(text):
        advice = "Write the number alone, without words or units, like 1.5."
    _refuse(text, "not_a_number", advice)


def _percentage(text: str) -> Decimal:
    return _decimal(text.removesuffix("%").rstrip() if text != "%" else text)


def _identifier(
    name: str,
    least: int,
    most: int | None = None,
    *,
    may_begin_with_zero: bool = False,
    instead: re.Pattern[str] | None = None,
) -> BeforeValidator:
    """Read an identifier of `least` to `most` digits, or what may stand `instead`; what a spreadsheet has made of it is
    refused.
    """
    most = most or least
    pattern = re.compile(f"[0-9]{{{least},{most}}}")
    size = counted_noun(least, "digit") if least == most else f"{least} to {counted_noun(most, 'digit')}"

    def parse(text: str) -> str:
        digits = without_fraction(text)
        if pattern.fullmatch(digits) or (instead and instead.fullmatch(digits)):
            return digits
        _refuse(text, "wrong_digits", f"A {name} has {size}. {advice_about(digits)}")

    def advice_about(text: str) -> str:
        if _SHORTENED.fullmatch(text):
            return "A spreadsheet has shortened this one. Format the column as text, and write all digits again."
        if is_day(text):
            return "A spreadsheet has made a date of this one. Format the column as text, and write it again."
        if not (text.isascii() and text.isdigit()):
            phone = "This looks like a phone number. " if _PHONE.fullmatch(text) else ""
            return f"{phone}Write them alone, without letters, blanks or other signs."
        if len(text) < least and may_begin_with_zero:
            if least != most:
                return "Format the column as text, so that all of them are kept."
            if least - len(text) <= _ZEROS_DROPPED:
                return _DROPPED
        return f"This one has {len(text)}. Check that it is the right number in the right column."

    return _reads(parse)


def _trn_with_slash(text: str) -> str:
    """Return the digits of a TRN written RP99/12345, as on older letters."""
    written = _TRN_WITH_SLASH.fullmatch(text)
    return f"{written[1]}{written[2]}" if written else text


def hesa_code(meanings: Mapping[str, str], words: Collection[str], example: str) -> BeforeValidator:
    """Translate a code of HESA, with its leading zeros, to its meaning; other `words` of the column stay as they are.

    `example` explains a code in the sentence about what is neither.
    """
    length = len(next(iter(meanings)))
    zeros = any(code.startswith("0") for code in meanings)

    def parse(text: str) -> str:
        code = without_fraction(text)
        if code in meanings:
            return meanings[code]
        if not (code.isascii() and code.isdigit()):
            if _choice(text) not in words:
                _refuse(text, "unknown_code", f"Write a code of DfE's list for this column, like {example}.")
            return text
        if len(code) != length:
            advice = _DROPPED if zeros and len(code) < length else f"Write it like {example}."
            raise _error("wrong_digits", f"This code has {counted_noun(length, 'digit')}. {advice}")
        raise _error(
            "unknown_code", f"This code is not in DfE's list for this column. Use one that is, like {example}."
        )

    return _reads(parse)


def _email(text: str) -> str:
    if not _EMAIL.fullmatch(text):
        _refuse(text, "not_an_email", "Write one e-mail address, like name@example.org, and nothing else.")
    return text


def _name(text: str) -> str:
    name = _plain(text)
    if name.casefold() in _NO_NAMES:
        raise _error("not_a_name", "This stands for no name. Write the name.")
    digits = name[0].isdigit() or _TWO_DIGITS.search(name)
    if digits or not any(letter.isalpha() for letter in name) or "@" in name:
        raise _error("not_a_name", "This is not a name. Is the cell in the right column? Write the name.")
    return name


def _given_name(text: str) -> str:
    """Read a given name; a full stop stands for none, as in other systems that want every cell filled."""
    return "" if _plain(text) == "." else _name(text)


def _reference(text: str) -> str:
    """Read a reference as it is; refuse what a spreadsheet has made of one, because it would be another person's."""
    reference = _plain(text)
    if reference.casefold() in _PLACEHOLDERS:
        raise _error("not_a_reference", "This stands for no reference. Write the reference of this person.")
    lost = is_day(reference) or _TIME.fullmatch(reference) or re.fullmatch(r"[0-9]{1,2}/[0-9]{1,2}/[0-9]{2}", reference)
    number = _SHORTENED.fullmatch(reference) or _NO_FRACTION.fullmatch(reference)
    if lost or number or reference.casefold() in ("true", "false"):
        made = "a date or a time" if lost else "a number" if number else "a yes or no"
        advice = f"A spreadsheet has made {made} of this reference. Format the column as text, and write it again."
        raise _error("reference_changed", advice)
    return reference


def _code(text: str) -> str:
    """Read a code of the register, which may be a number that another program has written with a fraction."""
    code = without_fraction(_plain(text))
    if code.isdigit():
        return code
    if is_day(code) or _SHORTENED.fullmatch(code):
        advice = "A spreadsheet has changed this code. Format the column as text, and write it again."
        raise _error("code_changed", advice)
    return code


def _subject(text: str) -> str:
    if subject := subject_called(without_fraction(text)):
        return subject.code
    if _names_several_subjects(text):
        raise _error(
            "several_subjects", "This cell holds several subjects. Write one here, and a row for each of them."
        )
    if text.casefold() in _PLACEHOLDERS:
        _refuse(text, "unknown_subject", _PLACEHOLDER)
    if text.isascii() and text.isdigit():
        raise _error("unknown_subject", "This code of a subject is not known. Use a HECoS code, or a name.")
    raise _error("unknown_subject", unknown_subject("" if _BETWEEN_KNOWN_VALUES.search(text) else text))


def _several(text: str) -> tuple[str, ...]:
    """Split a cell at semicolons, and where a line ends in it."""
    parts = dict.fromkeys(" ".join(part.split()) for part in _BETWEEN_VALUES.split(text))
    if not (filled := tuple(part for part in parts if part)):
        raise _error("too_short", "Give at least one.")
    return filled


def _names_several_subjects(text: str) -> bool:
    parts = [part for part in re.split(r"[,/;\n&]|\band\b", text) if part.strip()]
    return len(parts) > 1 and subject_called(text) is None and all(subject_called(part) for part in parts)


def _listed(text: str, known: Callable[[str], object]) -> tuple[str, ...]:
    """Split a cell at semicolons; also at commas or strokes where that gives only known values."""
    found: list[str] = []
    for part in _several(text):
        finer = [one.strip() for one in _BETWEEN_KNOWN_VALUES.split(part) if one.strip()]
        found += finer if finer and not known(part) and all(known(one) for one in finer) else [part]
    return tuple(dict.fromkeys(found))


def _subjects(text: str) -> tuple[str, ...]:
    parts = _listed(text, subject_called)
    if any(_names_several_subjects(part) for part in parts):
        raise _error("several_subjects", "Put a semicolon between subjects, like Mathematics;Computing.")
    return tuple(dict.fromkeys(_subject(part) for part in parts))


def _choice(text: str) -> str:
    return "_".join(text.casefold().replace("-", " ").replace("\u2013", " ").replace("_", " ").split())


def _phases(text: str) -> frozenset[str]:
    known = frozenset({"primary", "secondary"})
    phases = frozenset(_choice(part) for part in _listed(text, lambda part: _choice(part) in known))
    if not phases <= known:
        _refuse(text, "unknown_phase", "Write primary, secondary, or primary;secondary.")
    return phases


def _choices_of(known: frozenset[str]) -> Callable[[str], tuple[str, ...]]:
    def parse(text: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(_choice(part) for part in _listed(text, lambda part: _choice(part) in known)))

    return parse


def _year_groups(text: str) -> tuple[str, ...]:
    """Read year groups; a key stage, like `KS2`, stands for all of its year groups."""
    stages: dict[str, tuple[str, ...]] = {**KEY_STAGES} | {
        f"ks{stage.rpartition('_')[2]}": years for stage, years in KEY_STAGES.items() if stage != "early_years"
    }
    choices = _choices_of(frozenset({*get_args(YearGroup), *stages}))(text)
    return tuple(dict.fromkeys(year for choice in choices for year in stages.get(choice, (choice,))))


def _course_year_groups(text: str) -> tuple[str, ...]:
    """Read the year groups that a course trains for; the word any, by itself, removes what is on record."""
    return () if text.casefold() == "any" else _year_groups(text)


def _reason_codes(text: str) -> tuple[str, ...]:
    """Read codes of a programme's criteria, which are single words: a comma or a stroke is between two of them."""
    return tuple(dict.fromkeys(_choice(part) for part in re.split(r"[;,/\n]", text) if part.strip()))


def _situations(text: str) -> tuple[str, ...]:
    """Read circumstances; the word none, by itself, removes what is on record."""
    words = _choices_of(frozenset(get_args(Situation)))(text)
    return () if words == ("none",) else words


def _yes_or_no(blank: str) -> Callable[[str], bool]:
    """Make a reader of yes and no; `blank` ends the sentence about what a blank cell stands for."""

    def parse(text: str) -> bool:
        match text.casefold():
            case "yes" | "y" | "true":
                return True
            case "no" | "n" | "false":
                return False
            case _:
                _refuse(text, "not_yes_or_no", f"Write yes or no, or leave the cell blank {blank}.")

    return parse


def _priority(text: str) -> str:
    word = _choice(text)
    if word not in get_args(words.Priority):
        _refuse(text, "unknown_priority", "Write urgent, usual or flexible, or leave the cell blank for usual.")
    return word


def _school_period(text: str) -> SchoolPeriod:
    """Read a school with the days that are known: `990002 from 1/9/2026 to 31/8/2027`."""
    written = _SCHOOL_PERIOD.fullmatch(text)
    if written is None:
        advice = "Write each school like 100002, or 100002 from 1/9/2026 to 31/8/2027, with ; between schools."
        _refuse(text, "not_a_school", advice)
    urn, first, last = written.groups()
    period = SchoolPeriod(
        school_urn=_urn(urn), starts_on=day_of(first) if first else None, ends_on=day_of(last) if last else None
    )
    if period.last_day < period.first_day:
        raise _error("dates_reversed", "The last day at a school is before the first. Swap or correct them.")
    return period


def _school_periods(text: str) -> tuple[SchoolPeriod, ...]:
    """Read schools with their dates; the word none, by itself, removes what is on record."""
    if text.casefold() == "none":
        return ()
    parts = [school for part in _several(text) for school in _split_schools(part)]
    return tuple(_school_period(part) for part in parts)


def _split_schools(text: str) -> list[str]:
    """Split schools at commas, unless a comma stands within a date."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    return parts if parts and all(_SCHOOL_PERIOD.fullmatch(part) for part in parts) else [text]


def _urn(text: str) -> str:
    """Return the code of a host without a URN in capitals; any other text as it is."""
    return text.upper() if _HOST_CODE.fullmatch(text.upper()) else text


def _urns(text: str) -> tuple[str, ...]:
    return _listed(text, lambda part: is_urn(_urn(without_fraction(part))))


def _academic_year(text: str) -> str:
    if written := _ACADEMIC_YEAR.fullmatch(text):
        first, second = written.groups()
        if int(second) % 100 == (int(first) + 1) % 100 and second[:-2] in ("", str(int(first) + 1)[:-2]):
            return f"{first}/{second[-2:]}"
    advice = "Write two years that follow each other, like 2026/27."
    if is_day(text):
        advice = "A spreadsheet has made a date of this year. Format the column as text, and write it like 2026/27."
    _refuse(text, "not_an_academic_year", advice)


def _area(text: str) -> str:
    """Read the outward part of a postcode; the rest is not kept, since a whole postcode can be a single household."""
    if not (written := _POSTCODE.fullmatch(" ".join(text.upper().split()))):
        _refuse(text, "not_a_postcode_area", "Write the first part of the home's postcode, like LS6.")
    return written[1]


Text = Annotated[str, StringConstraints(max_length=200), _reads(_plain)]
Code = Annotated[str, StringConstraints(max_length=50), _reads(_code)]
Reference = Annotated[str, StringConstraints(max_length=50), _reads(_reference)]
# Personal cells stay out of a row's repr, so that no log, exception or test output shows them.
Name = Annotated[str, StringConstraints(max_length=200), _reads(_name), Field(repr=False)]
GivenName = Annotated[str, StringConstraints(max_length=200), _reads(_given_name), Field(repr=False)]
"""Empty for a person who has one name only, which is then the family name."""
Email = Annotated[str, StringConstraints(max_length=254), _reads(_email), Field(repr=False)]
Day = Annotated[date, _reads(day_of)]
Whole = Annotated[int, _reads(_whole)]
Number = Annotated[Decimal, _reads(_decimal)]
Percentage = Annotated[Decimal, _reads(_percentage), Field(ge=0, le=100)]
RegisterUrn = Annotated[str, _identifier("URN", 6)]
Urn = Annotated[str, _identifier("URN", 6, instead=_HOST_CODE), _reads(_urn)]
"""A URN, or the code of a host without one."""
Ukprn = Annotated[str, _identifier("UKPRN", 8)]
Trn = Annotated[str, _identifier("TRN", 7, may_begin_with_zero=True), _reads(_trn_with_slash)]
Easting = Annotated[Whole, Field(ge=1, le=700_000)]  # metres, British National Grid (EPSG:27700)
Northing = Annotated[Whole, Field(ge=1, le=1_300_000)]
Area = Annotated[str, _reads(_area)]
SubjectCode = Annotated[str, _reads(_subject)]
SubjectCodes = Annotated[tuple[str, ...], _reads(_subjects), Field(min_length=1)]
OnePhase = Annotated[Phase, _reads(_choice)]
Phases = Annotated[frozenset[Phase], _reads(_phases), Field(min_length=1)]
YearGroups = Annotated[tuple[YearGroup, ...], _reads(_year_groups)]
CourseYearGroups = Annotated[tuple[YearGroup, ...], _reads(_course_year_groups)]
Routes = Annotated[tuple[RouteKind, ...], _reads(_choices_of(frozenset(get_args(RouteKind))))]
Situations = Annotated[tuple[Situation, ...], _reads(_situations)]
YesOrNo = Annotated[bool, _reads(_yes_or_no("for no"))]
YesOrNoIfKnown = Annotated[bool, _reads(_yes_or_no("where nobody knows"))]
SchoolPeriods = Annotated[tuple[SchoolPeriod, ...], _reads(_school_periods), Field(max_length=10)]
Urns = Annotated[tuple[Urn, ...], _reads(_urns)]
Purpose = Annotated[words.Purpose, _reads(_choice)]
Priority = Annotated[words.Priority, _reads(_priority)]
ReasonCodes = Annotated[tuple[Code, ...], _reads(_reason_codes), Field(min_length=1, max_length=10)]
MentorRole = Annotated[Literal["volunteer", "directed"], _reads(_choice)]
CalendarKind = Annotated[words.CalendarKind, _reads(_choice)]
TravelMode = Annotated[Literal["car", "public_transport", "bicycle", "walking"], _reads(_choice)]
AcademicYear = Annotated[str, _reads(_academic_year)]
HesaId = Annotated[str, _identifier("HESA id", 13, 17, may_begin_with_zero=True)]
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
