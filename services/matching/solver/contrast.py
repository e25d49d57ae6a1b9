"""How much a school is like that of an earlier placement, by factors of the school register: less is better.

Source: product.md M8. Each factor is worth its weight's share of a hundred units: all of it if the two schools are the
same in it, none if they are as different as possible. If a factor of one school is not known it counts half, so that a
gap in the register neither helps nor harms, and the explanation says so.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from shared.wording import counted_noun

Factor = Literal["phase", "size", "gender", "faith", "admissions", "free_meals", "urban_rural", "special_provision"]
IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]

AS_DIFFERENT_POINTS = 20.0
"""Percentage points of free meals from which on two schools count as wholly different; a planning assumption."""
_RURAL = 1000


@dataclass(frozen=True, slots=True)
class Factors:
    """The factors of a school in the register, in the register's own words; None where it has no value.

    `pupils` are on roll, `free_meals` is the percentage of them who are eligible for free school meals.
    """

    phase: str | None = None
    pupils: int | None = None
    gender: str | None = None
    faith: str | None = None
    admissions: str | None = None
    free_meals: float | None = None
    urban_rural: str | None = None
    special_provision: bool | None = None


NOTHING_KNOWN = Factors()
EVENLY: Mapping[Factor, int] = {
    "phase": 1,
    "size": 1,
    "gender": 1,
    "faith": 1,
    "admissions": 1,
    "free_meals": 1,
    "urban_rural": 1,
    "special_provision": 1,
}


@dataclass(frozen=True, slots=True)
class Part:
    """The likeness that one factor adds; `known` is whether the factor is known of both schools."""

    factor: Factor
    units: int
    known: bool
    words: str


def special_provision(special_classes: str | None, resourced_provision: str | None) -> bool | None:
    """Whether a school has special classes or resourced provision, from the register's two columns."""
    none = {"not applicable", "no special classes", "none"}
    filled = [text.strip().casefold() for text in (special_classes, resourced_provision) if text and text.strip()]
    return any(text not in none for text in filled) if filled else None


def likeness(school: Factors, earlier: Factors, weights: Mapping[Factor, int] = EVENLY) -> tuple[Part, ...]:
    """List the likeness that each weighted factor adds, in the register's order: 100 in all if the schools agree in
    everything.
    """
    codes = _Codes((school, earlier))
    parts = []
    for factor, share in _shares(weights).items():
        here, there = codes.of[factor][:1], codes.of[factor][1:]
        units = int(_units(factor, share, here, there)[0])
        known = not (np.isnan(here) | np.isnan(there)).any()
        parts.append(Part(factor, units, bool(known), _WORDS[factor](school, earlier)))
    return tuple(parts)


def likeness_by_visit(
    schools: Sequence[Factors],
    school: IntArray,
    earlier: Sequence[Factors],
    before: IntArray,
    weights: Mapping[Factor, int] = EVENLY,
) -> IntArray:
    """Return the sum of `likeness` for many pairs of schools: positions in `schools` and `earlier`, arrays of one
    length.
    """
    codes = _Codes((*schools, *earlier))
    units = np.zeros(len(school), dtype=np.int64)
    for factor, share in _shares(weights).items():
        units += _units(factor, share, codes.of[factor][school], codes.of[factor][len(schools) + before])
    return units


def _shares(weights: Mapping[Factor, int]) -> dict[Factor, float]:
    total = sum(weights.get(factor, 0) for factor in EVENLY)
    return {factor: 100 * weights[factor] / total for factor in EVENLY if weights.get(factor)}


def _units(factor: Factor, share: float, here: FloatArray, there: FloatArray) -> IntArray:
    alike = np.where(np.isnan(here) | np.isnan(there), 0.5, _ALIKE[factor](here, there))
    return np.rint(share * alike).astype(np.int64)


def _same(here: FloatArray, there: FloatArray) -> FloatArray:
    return np.asarray(here == there, dtype=np.float64)


def _same_setting(here: FloatArray, there: FloatArray) -> FloatArray:
    """1 for the same setting, a half for two kinds of town or two kinds of country."""
    return np.where(here == there, 1.0, np.where((here >= _RURAL) == (there >= _RURAL), 0.5, 0.0))


def _same_size(here: FloatArray, there: FloatArray) -> FloatArray:
    """1 for the same size, 0 from twice the size on."""
    return np.asarray(np.maximum(1 - np.abs(here - there), 0), dtype=np.float64)


def _same_percentage(here: FloatArray, there: FloatArray) -> FloatArray:
    return np.asarray(np.maximum(1 - np.abs(here - there) / AS_DIFFERENT_POINTS, 0), dtype=np.float64)


_ALIKE: Mapping[Factor, Callable[[FloatArray, FloatArray], FloatArray]] = {
    "phase": _same,
    "size": _same_size,
    "gender": _same,
    "faith": _same,
    "admissions": _same,
    "free_meals": _same_percentage,
    "urban_rural": _same_setting,
    "special_provision": _same,
}


class _Codes:
    """The factors of schools as comparable numbers; NaN where nothing is known."""

    def __init__(self, schools: Sequence[Factors]) -> None:
        def words(of: Callable[[Factors], str | None]) -> FloatArray:
            seen: dict[str, int] = {}
            texts = [_text(of(school)) for school in schools]
            return _numbers(seen.setdefault(text, len(seen)) if text else None for text in texts)

        kinds = words(lambda one: one.urban_rural)
        rural = np.array([_text(school.urban_rural).startswith("rural") for school in schools], dtype=np.bool_)
        self.of: Mapping[Factor, FloatArray] = {
            "phase": words(lambda one: one.phase),
            "size": _numbers(math.log2(school.pupils) if school.pupils else None for school in schools),
            "gender": words(lambda one: one.gender),
            "faith": words(lambda one: _faith(one.faith)),
            "admissions": words(lambda one: one.admissions),
            "free_meals": _numbers(school.free_meals for school in schools),
            "urban_rural": np.where(rural, kinds + _RURAL, kinds),
            "special_provision": _numbers(
                None if school.special_provision is None else int(school.special_provision) for school in schools
            ),
        }


def _numbers(values: Iterable[float | None]) -> FloatArray:
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def _text(text: str | None) -> str:
    return (text or "").strip().casefold()


def _faith(text: str | None) -> str | None:
    """The faith of a school, with the register's two ways to write that it has none made one."""
    return "none" if _text(text) in {"none", "does not apply", "not applicable"} else text


def _compared(what: str, of: Callable[[Factors], object | None]) -> Callable[[Factors, Factors], str]:
    def words(school: Factors, earlier: Factors) -> str:
        here, there = of(school), of(earlier)
        if not here or not there:
            which = "either school" if not here and not there else "this school" if not here else "the earlier school"
            return f"{what} of {which} is not known"
        return f"{what}: {here}, as before" if here == there else f"{what}: {here}, before it was {there}"

    return words


def _provision(school: Factors) -> str | None:
    return None if school.special_provision is None else ("yes" if school.special_provision else "no")


_WORDS: Mapping[Factor, Callable[[Factors, Factors], str]] = {
    "phase": _compared("phase", lambda one: one.phase),
    "size": _compared("size", lambda one: one.pupils and counted_noun(one.pupils, "pupil")),
    "gender": _compared("gender", lambda one: one.gender),
    "faith": _compared("faith", lambda one: _faith(one.faith)),
    "admissions": _compared("admissions", lambda one: one.admissions),
    "free_meals": _compared(
        "share of free school meals", lambda one: None if one.free_meals is None else f"{one.free_meals:g} %"
    ),
    "urban_rural": _compared("setting", lambda one: one.urban_rural),
    "special_provision": _compared("special provision", _provision),
}
