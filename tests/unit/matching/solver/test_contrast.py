from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matching.solver.contrast import (
    EVENLY,
    NOTHING_KNOWN,
    Factor,
    Factors,
    likeness,
    likeness_by_visit,
    special_provision,
)
from tests.unit.matching.solver.rounds import examples

URBAN_FAITH = Factors(
    "Secondary", 1200, "Mixed", "Roman Catholic", "Non-selective", 35.0, "Urban major conurbation", True
)
RURAL = Factors("Secondary", 300, "Girls", "Does not apply", "Selective", 5.0, "Rural village", False)

factors = st.builds(
    Factors,
    phase=st.sampled_from((None, "", "Primary", "Secondary")),
    pupils=st.one_of(st.none(), st.integers(0, 2000)),
    gender=st.sampled_from((None, "Mixed", "Girls")),
    faith=st.sampled_from((None, "None", "Does not apply", "Church of England")),
    admissions=st.sampled_from((None, "Selective", "Non-selective")),
    free_meals=st.one_of(st.none(), st.floats(0, 100)),
    urban_rural=st.sampled_from((None, "Rural village", "Rural hamlet", "Urban city and town")),
    special_provision=st.sampled_from((None, True, False)),
)
weights = st.fixed_dictionaries({factor: st.integers(0, 5) for factor in EVENLY}).filter(lambda w: any(w.values()))


def units(school: Factors, earlier: Factors) -> dict[str, int]:
    return {part.factor: part.units for part in likeness(school, earlier)}


@pytest.mark.covers("M8")
def test_a_school_is_wholly_like_itself_but_for_rounding() -> None:
    assert 96 <= sum(units(URBAN_FAITH, URBAN_FAITH).values()) <= 104


@pytest.mark.covers("M8")
def test_a_school_that_differs_in_every_factor_but_the_phase_is_like_in_that_alone() -> None:
    assert {factor: n for factor, n in units(RURAL, URBAN_FAITH).items() if n} == {"phase": 12}


@pytest.mark.covers("M8")
def test_an_unknown_factor_counts_half_and_the_words_say_so() -> None:
    parts = likeness(RURAL, NOTHING_KNOWN)

    assert {part.units for part in parts} == {6}
    assert not any(part.known for part in parts)
    assert parts[0].words == "phase of the earlier school is not known"


@pytest.mark.covers("M8")
@pytest.mark.parametrize(
    ("here", "there", "like"),
    [
        (Factors(pupils=1000), Factors(pupils=1000), 100),
        (Factors(pupils=1000), Factors(pupils=500), 0),
        (Factors(pupils=1000), Factors(pupils=707), 50),
    ],
)
def test_twice_as_large_is_wholly_different(here: Factors, there: Factors, like: int) -> None:
    assert [part.units for part in likeness(here, there, {"size": 3})] == [like]


@pytest.mark.covers("M8")
def test_two_kinds_of_country_are_half_alike() -> None:
    one, other = Factors(urban_rural="Rural village"), Factors(urban_rural="Rural hamlet")

    assert [part.units for part in likeness(one, other, {"urban_rural": 1})] == [50]


@pytest.mark.covers("M8")
def test_no_faith_is_one_thing_however_the_register_says_it() -> None:
    one, other = Factors(faith="None"), Factors(faith="Does not apply")

    assert [part.units for part in likeness(one, other, {"faith": 1})] == [100]


@pytest.mark.covers("M8")
@pytest.mark.parametrize(
    ("classes", "provision", "there"),
    [
        (None, None, None),
        ("Not applicable", "", False),
        ("No Special Classes", None, False),
        ("Has Special Classes", None, True),
        ("Not applicable", "Resourced provision", True),
    ],
)
def test_special_provision_is_read_from_two_columns(
    classes: str | None, provision: str | None, there: bool | None
) -> None:
    assert special_provision(classes, provision) == there


@pytest.mark.covers("M8")
@examples(200)
@given(factors, factors, weights)
def test_contrast_is_the_same_either_way_round_and_for_many_at_once(
    one: Factors, other: Factors, by: Mapping[Factor, int]
) -> None:
    total = sum(part.units for part in likeness(one, other, by))
    first = np.zeros(1, dtype=np.int64)

    assert total == sum(part.units for part in likeness(other, one, by))
    assert likeness_by_visit([RURAL, one], first + 1, [other], first, by).tolist() == [total]
    assert 0 <= total <= 104
