import random
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matching.solver import Point, Travel
from services.matching.solver.constellations import (
    A_RANK,
    A_REASON,
    FOR_NEWCOMERS,
    NOT_A_VOLUNTEER,
    Constellation,
    Mentee,
    Supporter,
    find_school_mentors,
    find_supporters,
    key_stage,
)
from tests.unit.matching.solver.rounds import examples

HERE = {"900001": Point(400_000, 300_000), "900002": Point(405_000, 300_000), "900003": Point(440_000, 300_000)}
FACETS = ("behaviour", "pastoral", "subject")


def supporter(id_: str = "s1", urn: str = "900001", *, minutes: int = 60, **what: Any) -> Supporter:
    return Supporter(id_, urn, minutes, **({"facets": frozenset({"behaviour"})} | what))


def supporters_by_need(found: Constellation) -> dict[tuple[str, str], str]:
    return {(support.mentee_id, support.what): support.supporter_id for support in found.given}


def find_constellation(mentees: list[Mentee], supporters: list[Supporter], by: Travel | None = None) -> Constellation:
    return find_supporters(mentees, supporters, HERE, by or Travel(), minutes_each=30)


@pytest.mark.covers("M7")
def test_a_mentee_gets_a_mentor_for_each_facet_asked_for_and_for_no_other() -> None:
    found = find_constellation(
        [Mentee("t1", "900001", needs=("behaviour", "subject")), Mentee("t2", "900001")],
        [supporter("s1"), supporter("s2", facets=frozenset({"subject", "pastoral"}))],
    )

    assert supporters_by_need(found) == {("t1", "behaviour"): "s1", ("t1", "subject"): "s2"}
    assert found.wanting == ()


@pytest.mark.covers("M7")
def test_somebody_of_the_same_school_goes_before_somebody_who_has_to_travel() -> None:
    found = find_constellation(
        [Mentee("t1", "900001", needs=("behaviour",))], [supporter("s1", "900002", reach_minutes=30), supporter("s2")]
    )

    assert [(support.supporter_id, support.words) for support in found.given] == [
        ("s2", "at the same school; a volunteer")
    ]


@pytest.mark.covers("M7", "M10")
def test_from_another_school_one_comes_within_reach_only_and_the_table_of_times_counts() -> None:
    mentee = Mentee("t1", "900001", needs=("behaviour",))
    near, far = supporter("s1", "900002", reach_minutes=30), supporter("s2", "900003", reach_minutes=30)
    slow = Travel(minutes={"900002": {"car": {"900001": 31}}})

    assert supporters_by_need(find_constellation([mentee], [near, far])) == {("t1", "behaviour"): "s1"}
    assert [request.reason for request in find_constellation([mentee], [near, far], slow).wanting] == ["beyond_reach"]
    quick = Travel(minutes={"900003": {"car": {"900001": 5}}, "nowhere": {"car": {"900001": 1}}})
    lost = supporter("s3", "nowhere", reach_minutes=30)
    assert supporters_by_need(find_constellation([mentee], [near, far, lost], quick)) == {("t1", "behaviour"): "s2"}


@pytest.mark.covers("M7")
def test_hours_count_together_whatever_they_are_for() -> None:
    both = frozenset({"behaviour", "subject"})
    found = find_constellation(
        [Mentee("t1", "900001", needs=("behaviour", "subject"))], [supporter(minutes=59, facets=both)]
    )

    assert len(found.given) == 1
    assert [request.reason for request in found.wanting] == ["no_hours"]


@pytest.mark.covers("M7")
@pytest.mark.parametrize(
    ("mentee", "reason"),
    [
        (Mentee("t1", "900001", needs=("wellbeing",)), "nobody_fits"),
        (Mentee("t1", "900001", needs=("behaviour",), barred=frozenset({"s1"})), "barred"),
        (Mentee("t1", "900002", needs=("behaviour",)), "beyond_reach"),
        (Mentee("t1", "900001", needs=("behaviour",), away=frozenset({"s1"})), "not_free"),
    ],
)
def test_a_wish_that_is_not_met_says_why(mentee: Mentee, reason: str) -> None:
    assert [request.reason for request in find_constellation([mentee], [supporter()]).wanting] == [reason]


@pytest.mark.covers("M7")
def test_of_equal_mentors_the_one_whom_the_mentee_wishes_for_is_chosen() -> None:
    found = find_constellation(
        [Mentee("t1", "900001", needs=("behaviour",), wishes=("s3", "s2"))], [supporter(f"s{i}") for i in (1, 2, 3)]
    )

    assert [(support.supporter_id, "wish 1 of 2" in support.words) for support in found.given] == [("s3", True)]


def best_by_search(mentees: list[Mentee], supporters: list[Supporter]) -> tuple[int, int]:
    """Number met and cost of the best way to meet facets within one school, by trying everything."""
    asks = [(mentee, facet) for mentee in mentees for facet in mentee.needs]
    best = (0, 0)
    for choice in product([None, *supporters], repeat=len(asks)):
        taken = [(ask, each) for ask, each in zip(asks, choice, strict=True) if each is not None]
        if any(facet not in each.facets or each.id in mentee.barred for (mentee, facet), each in taken):
            continue
        if any(30 * sum(supporter is other for _, other in taken) > supporter.minutes for supporter in supporters):
            continue
        cost = sum(
            NOT_A_VOLUNTEER * (not each.volunteer)
            + A_RANK * (mentee.wishes.index(each.id) if each.id in mentee.wishes else len(mentee.wishes))
            for (mentee, _), each in taken
        )
        best = max(best, (len(taken), -cost))
    return best[0], -best[1]


@pytest.mark.covers("M7")
@examples(60)
@given(st.integers(0, 2**32))
def test_as_many_wishes_are_met_at_as_little_cost_as_trying_everything_finds(seed: int) -> None:
    chance = random.Random(seed)
    ids = ["s0", "s1", "s2"]
    supporters = [
        supporter(
            id_,
            minutes=chance.choice((0, 30, 59, 60)),
            facets=frozenset(chance.sample(FACETS, 2)),
            volunteer=chance.random() < 0.5,
        )
        for id_ in ids
    ]
    mentees = [
        Mentee(
            f"t{i}",
            "900001",
            needs=tuple(chance.sample(FACETS, chance.choice((1, 2)))),
            barred=frozenset(chance.sample(ids, chance.choice((0, 0, 1)))),
            wishes=tuple(chance.sample(ids, chance.choice((0, 2)))),
        )
        for i in range(3)
    ]

    found = find_constellation(mentees, supporters)

    assert (len(found.given), sum(support.cost for support in found.given)) == best_by_search(mentees, supporters)


def could(one: Supporter, mentee: Mentee, need: str) -> bool:
    """Whether a supporter could meet a need, by the words of the rules."""
    here = one.school_urn == mentee.school_urn
    if need in FOR_NEWCOMERS:
        return here and bool(one.role_kinds & FOR_NEWCOMERS[need]) and one.id not in mentee.barred
    return need in one.facets and (here or one.reach_minutes > 0) and one.id not in mentee.barred


def most_by_search(mentees: list[Mentee], supporters: list[Supporter], way: int) -> tuple[int, int]:
    """Number met and cost of the best way to meet facets and newcomers' needs at two schools, by trying everything."""
    asks = [(mentee, need) for mentee in mentees for need in mentee.needs]
    best = (0, 0)
    for choice in product([None, *supporters], repeat=len(asks)):
        taken = [(mentee, need, each) for (mentee, need), each in zip(asks, choice, strict=True) if each is not None]
        newcomers = [(mentee.id, each.id) for mentee, need, each in taken if need in FOR_NEWCOMERS]
        if (
            not all(could(each, mentee, need) for mentee, need, each in taken)
            or len(newcomers) > len(set(newcomers))
            or any(30 * sum(supporter is other for *_, other in taken) > supporter.minutes for supporter in supporters)
        ):
            continue
        cost = sum(
            NOT_A_VOLUNTEER * (not each.volunteer) + way * (each.school_urn != mentee.school_urn)
            for mentee, _, each in taken
        )
        best = max(best, (len(taken), -cost))
    return best[0], -best[1]


@pytest.mark.covers("M7")
@examples(60)
@given(st.integers(0, 2**32))
def test_facets_and_newcomers_wishes_together_come_to_the_best_that_there_is(seed: int) -> None:
    chance = random.Random(seed)
    supporters = [
        supporter(
            f"s{i}",
            chance.choice(("900001", "900002")),
            minutes=chance.choice((0, 30, 60, 90)),
            facets=frozenset(chance.sample(FACETS, 2)),
            role_kinds=frozenset(chance.sample(("buddy", "lead_mentor", "peer"), 2)),
            volunteer=chance.random() < 0.5,
            reach_minutes=chance.choice((0, 30)),
        )
        for i in range(3)
    ]
    mentees = [
        Mentee(
            f"t{i}",
            chance.choice(("900001", "900002")),
            needs=tuple(chance.sample((*FACETS, "structural", "buddy"), 3)),
            barred=frozenset(chance.sample(("s0", "s1", "s2"), chance.choice((0, 0, 1)))),
        )
        for i in range(2)
    ]
    way = 10  # five kilometres by car

    found = find_constellation(mentees, supporters)

    assert (len(found.given), sum(support.cost for support in found.given)) == most_by_search(mentees, supporters, way)
    assert len(found.given) + len(found.wanting) == 6


@pytest.mark.covers("M7")
def test_a_newcomer_gets_two_people_even_if_one_could_be_both() -> None:
    both = frozenset({"induction_tutor", "buddy"})
    people = [supporter("s1", role_kinds=both), supporter("s2", role_kinds=frozenset({"induction_tutor"}))]

    found = find_constellation([Mentee("n1", "900001", needs=("structural", "buddy"))], people)

    assert supporters_by_need(found) == {("n1", "buddy"): "s1", ("n1", "structural"): "s2"}


@pytest.mark.covers("M7")
def test_a_newcomers_line_manager_is_not_their_buddy() -> None:
    boss = supporter("s1", role_kinds=frozenset({"buddy"}))

    found = find_constellation(
        [Mentee("n1", "900001", needs=("structural", "buddy"), barred=frozenset({"s1"}))], [boss]
    )

    assert {(request.what, request.reason) for request in found.wanting} == {
        ("buddy", "barred"),
        ("structural", "nobody_fits"),
    }


@pytest.mark.covers("M7")
def test_a_newcomers_buddy_is_of_their_own_school_however_near_another_is() -> None:
    near = supporter("s1", "900002", role_kinds=frozenset({"buddy"}), reach_minutes=60)

    found = find_constellation([Mentee("n1", "900001", needs=("buddy", "behaviour"))], [near])

    assert supporters_by_need(found) == {("n1", "behaviour"): "s1"}
    assert [(request.what, request.reason) for request in found.wanting] == [("buddy", "beyond_reach")]


@pytest.mark.covers("M7")
def test_hours_are_shared_between_facets_and_newcomers_so_that_most_wishes_are_met() -> None:
    busy = supporter("s1", minutes=30, role_kinds=frozenset({"buddy"}))
    people = [busy, supporter("s2", minutes=30)]

    found = find_constellation([Mentee("n1", "900001", needs=("buddy", "behaviour"))], people)

    assert supporters_by_need(found) == {("n1", "buddy"): "s1", ("n1", "behaviour"): "s2"}


@pytest.mark.covers("M7")
def test_one_person_may_be_there_for_two_facets_and_as_a_buddy() -> None:
    one = supporter("s1", minutes=90, facets=frozenset({"behaviour", "subject"}), role_kinds=frozenset({"buddy"}))

    found = find_constellation([Mentee("n1", "900001", needs=("buddy", "behaviour", "subject"))], [one])

    assert len(found.given) == 3


LEARNING = frozenset({"learning_mentor"})


def learning_mentor(id_: str, **what: Any) -> Supporter:
    return supporter(id_, role_kinds=frozenset({"learning_mentor"}), **what)


@pytest.mark.covers("M7")
def test_a_pupil_gets_a_learning_mentor_of_their_key_stage_who_is_good_at_the_reasons() -> None:
    pupil = Mentee("p1", "900001", year_group="year_8", reasons=frozenset({"attendance", "behaviour"}))
    people = [
        learning_mentor("s1", key_stages=frozenset({"key_stage_4"}), facets=frozenset({"attendance", "behaviour"})),
        learning_mentor("s2", key_stages=frozenset({"key_stage_3"})),
        learning_mentor("s3", facets=frozenset({"attendance", "behaviour"})),
    ]

    found = find_school_mentors([pupil], people, kinds=LEARNING, minutes_each=30)

    assert supporters_by_need(found) == {("p1", "learning_mentor"): "s3"}
    assert find_school_mentors([pupil], people[:2], kinds=LEARNING, minutes_each=30).given[0].cost == A_REASON


@pytest.mark.covers("M7")
def test_a_teacher_gets_a_mentor_of_their_school_of_a_kind_that_the_programme_names() -> None:
    teacher = Mentee("t1", "900001")
    people = [
        learning_mentor("s1"),
        supporter("s2", "900002", role_kinds=frozenset({"ect_mentor"})),
        supporter("s3", role_kinds=frozenset({"ect_mentor"})),
        supporter("t1", role_kinds=frozenset({"ect_mentor"})),
    ]

    found = find_school_mentors([teacher], people, kinds=frozenset({"ect_mentor"}), minutes_each=60)

    assert supporters_by_need(found) == {("t1", "school_mentor"): "s3"}


@pytest.mark.covers("M7")
def test_a_pupil_without_the_consent_that_is_asked_for_is_not_paired() -> None:
    pupil = Mentee("p1", "900001", agreed=False)

    found = find_school_mentors([pupil], [learning_mentor("s1")], kinds=LEARNING, minutes_each=30)

    assert [request.words for request in found.wanting] == ["The consent that is asked for has not been given."]


@pytest.mark.covers("M7")
@pytest.mark.parametrize(
    ("year", "stage"),
    [
        ("reception", "early_years"),
        ("year_6", "key_stage_2"),
        ("year_13", "key_stage_5"),
        ("mixed_year_groups", None),
        (None, None),
    ],
)
def test_a_year_group_is_in_its_key_stage(year: str | None, stage: str | None) -> None:
    assert key_stage(year) == stage
