import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matching.solver.peers import LONGEST_LIST, AloneBecause, Peer, match_peers, pair_peers
from tests.unit.matching.solver.rounds import examples


def pairs(peers: list[Peer]) -> set[tuple[str, str]]:
    return {(pair.one, pair.other) for pair in match_peers(peers).pairs}


def peer(id_: str, *wishes: str, urn: str = "900001", barred: frozenset[str] = frozenset()) -> Peer:
    return Peer(id_, urn, wishes, barred)


@pytest.mark.covers("M7")
def test_peers_who_chose_each_other_are_paired_although_more_pairs_were_possible() -> None:
    people = [peer("a", "b"), peer("b", "a"), peer("c", "a", barred=frozenset({"d"})), peer("d", "b")]

    found = match_peers(people)

    assert [(pair.one, pair.other, pair.chosen) for pair in found.pairs] == [("a", "b", True)]
    assert found.alone == ("c", "d")


@pytest.mark.covers("M7")
def test_the_rest_are_paired_so_that_few_stay_alone_and_then_by_wishes() -> None:
    people = [peer("a", "c"), peer("b"), peer("c"), peer("d")]

    assert pairs(people) == {("a", "c"), ("b", "d")}


@pytest.mark.covers("M7")
def test_of_an_odd_number_one_stays_alone() -> None:
    found = match_peers([peer("a"), peer("b"), peer("c", "a")])

    assert [(pair.one, pair.other) for pair in found.pairs] == [("a", "c")]
    assert found.alone == ("b",)


@pytest.mark.covers("M7")
def test_peers_of_two_schools_are_paired_only_where_asked() -> None:
    people = [peer("a"), peer("b", urn="900002")]

    assert match_peers(people).pairs == ()
    assert len(match_peers(people, across_schools=True).pairs) == 1


@pytest.mark.covers("M7")
def test_nobody_is_among_the_peers_twice() -> None:
    with pytest.raises(ValueError, match="more than once"):
        match_peers([peer("a"), peer("a")])


@pytest.mark.covers("M7")
def test_pair_peers_pairs_only_peers_who_chose_each_other_at_any_school() -> None:
    found = pair_peers([peer("a", "b"), peer("b", "a", urn="900002"), peer("c"), peer("d", "c")])

    assert [(two.one, two.other) for two in found.pairs] == [("a", "b")]
    assert {each.mentee_id for each in found.alone} == {"c", "d"}


@pytest.mark.covers("M7")
def test_the_rest_are_paired_too_only_where_that_is_asked_for() -> None:
    people = [peer("a", "b"), peer("b", "a"), peer("c"), peer("d"), Peer("e", "900001", has_time=False), peer("f")]

    found = pair_peers(people, rest_too=True)

    assert next((two.one, two.other, two.chosen) for two in found.pairs) == ("a", "b", True)
    assert len(found.pairs) == 2
    assert sorted(each.reason for each in found.alone) == ["no_hours", "nobody_left"]
    assert len(pair_peers(people).pairs) == 1


@pytest.mark.covers("M7")
@examples(60)
@given(st.integers(0, 2**32))
def test_of_those_who_chose_each_other_the_same_pairs_are_found_alone_as_with_the_rest(seed: int) -> None:
    chance = random.Random(seed)
    ids = [f"p{i}" for i in range(7)]
    people = [
        Peer(
            id_,
            "900001",
            tuple(chance.sample([other_id for other_id in ids if other_id != id_], 3)),
            has_time=chance.random() < 0.8,
        )
        for id_ in ids
    ]

    alone, together = (pair_peers(people, rest_too=rest_too).pairs for rest_too in (False, True))

    assert list(alone) == [two for two in together if two in alone]
    assert all(two.chosen for two in alone)
    assert len(alone) == max(
        len(ways)
        for ways in matchings([person for person in people if person.has_time])
        if all(two[0].id in two[1].wishes and two[1].id in two[0].wishes for two in ways)
    )


@pytest.mark.covers("M7")
@pytest.mark.parametrize(
    ("others", "one", "reason"),
    [
        ([], peer("a"), "chose_nobody"),
        ([peer("b")], peer("a", "b"), "not_chosen_back"),
        ([], peer("a", "elsewhere"), "not_chosen_back"),
        ([peer("b", "a")], Peer("a", "900001", ("b",), has_time=False), "no_hours"),
        ([Peer("b", "900001", ("a",), has_time=False)], peer("a", "b"), "barred"),
        ([peer("b", "a")], peer("a", "b", barred=frozenset({"b"})), "barred"),
        ([peer("b", "a", barred=frozenset({"a"}))], peer("a", "b"), "barred"),
        ([peer("b", "c", "a"), peer("c", "b")], peer("a", "b"), "taken"),
    ],
)
def test_an_unpaired_peer_has_the_reason(others: list[Peer], one: Peer, reason: AloneBecause) -> None:
    found = pair_peers([one, *others])

    assert [alone.reason for alone in found.alone if alone.mentee_id == one.id] == [reason]


def rank(one: Peer, other: Peer) -> int:
    return one.wishes.index(other.id) if other.id in one.wishes else LONGEST_LIST


def matchings(people: list[Peer]) -> list[list[tuple[Peer, Peer]]]:
    """Every way to pair some of them."""
    if len(people) < 2:
        return [[]]
    first, *rest = people
    found = matchings(rest)
    for other in rest:
        if other.id not in first.barred and first.id not in other.barred:
            left = [each for each in rest if each is not other]
            found += [[(first, other), *more] for more in matchings(left)]
    return found


def worth(ways: list[tuple[Peer, Peer]]) -> tuple[int, int]:
    return len(ways), -sum(rank(peer, other) + rank(other, peer) for peer, other in ways)


@pytest.mark.covers("M7")
@examples(60)
@given(st.integers(0, 2**32))
def test_the_pairs_are_as_good_as_trying_everything_finds(seed: int) -> None:
    chance = random.Random(seed)
    ids = [f"p{i}" for i in range(chance.choice((3, 5, 6, 7)))]

    def some(id_: str, most: int) -> list[str]:
        return chance.sample([other_id for other_id in ids if other_id != id_], chance.randrange(most + 1))

    people = [Peer(id_, "900001", tuple(some(id_, 2)), frozenset(some(id_, 1))) for id_ in ids]
    by_id = {person.id: person for person in people}

    found = [(by_id[pair.one], by_id[pair.other]) for pair in match_peers(people).pairs]

    kept = [two for two in found if two[0].id in two[1].wishes and two[1].id in two[0].wishes]
    mutual = [
        [two for two in ways if two[0].id in two[1].wishes and two[1].id in two[0].wishes] for ways in matchings(people)
    ]
    assert worth(kept) == max(worth(ways) for ways in mutual)
    there = {each.id for two in kept for each in two}
    rest = [person for person in people if person.id not in there]
    assert worth([two for two in found if two not in kept]) == max(worth(ways) for ways in matchings(rest))
