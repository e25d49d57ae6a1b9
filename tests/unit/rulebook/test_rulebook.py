"""Numbers of regulation: judged by the rule of the day, and never where none is known."""

from datetime import date, timedelta
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import rulebook
from shared.rulebook import BrokenRulebook, Rule, judge, of_its_day, read, rule, rules

pytestmark = pytest.mark.covers("R6")

FILES = sorted(file.name for file in files(rulebook.__name__).iterdir() if file.name.endswith(".yaml"))
ONE = """
- id: {id}
  edition: "{edition}"
  about: A number
  effective_from: {first}
  effective_to: {last}
  route: {route}
  phase: null
  bound: at_least
  quantity: 2
  unit: schools
  source: https://example.org/criteria
  paragraph: "C2.4"
  verified_on: 2026-11-01
  confidence: sure
"""


def one(**other: str) -> str:
    values = {"id": "placement_schools", "edition": "a", "first": "2024-09-01", "last": "null", "route": "null"}
    return ONE.format(**{**values, **other})


@pytest.mark.parametrize("name", FILES)
def test_every_rule_of_a_file_says_where_it_comes_from(name: str) -> None:
    found = read({name: files(rulebook.__name__).joinpath(name).read_text(encoding="utf-8")})
    assert found
    for each in found:
        assert each.source.startswith("https://") or "," in each.source, each.id


@pytest.mark.parametrize(
    ("id_", "day", "route", "quantity"),
    [
        ("claimable_initial_training", "2024-08-31", None, None),
        ("claimable_initial_training", "2024-09-01", None, 20),
        ("claimable_initial_training", "2025-08-31", None, 20),
        ("claimable_initial_training", "2025-09-01", None, 16),
        ("claimable_refresher_training", "2025-08-31", None, 6),
        ("claimable_refresher_training", "2025-09-01", None, 6),
        ("general_mentor_training_minimum", "2024-10-01", None, 20),
        ("general_mentor_training_minimum", "2024-12-01", None, None),
        ("placement_days", "2026-10-01", "provider_led_postgrad", 120),
        ("placement_days", "2026-10-01", None, None),
        ("placement_days", "2026-10-01", "early_years_postgrad", None),
        ("placement_schools", "2026-10-01", "provider_led_postgrad", 2),
        ("placement_schools", "2026-10-01", "iqts", 1),
        ("intensive_practice_days", "2026-10-01", "provider_led_undergrad", 30),
        ("absence_days_a_year", "2026-10-01", "ect_induction", 30),
        ("nothing", "2026-10-01", None, None),
    ],
)
def test_a_day_has_its_own_rule(id_: str, day: str, route: str | None, quantity: float | None) -> None:
    found = rule(id_, date.fromisoformat(day), route=route)
    assert (found.quantity if found else None) == quantity


@pytest.mark.parametrize(
    ("bound", "total", "met"),
    [
        ("at_least", 1.9, False),
        ("at_least", 2, True),
        ("at_most", 2, True),
        ("at_most", 2.1, False),
        ("exactly", 2, True),
        ("exactly", 3, False),
    ],
)
def test_a_total_is_judged_by_its_bound(bound: str, total: float, met: bool) -> None:
    [by] = read({"a.yaml": one().replace("at_least", bound)})
    assert judge(total, by).met is met


def test_without_a_rule_there_is_a_total_and_no_verdict() -> None:
    judgement = judge(7, rule("nothing", date(2026, 10, 1)))
    assert (judgement.total, judgement.rule, judgement.met) == (7, None, None)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- id: [", "a.yaml is no YAML"),
        ("id: placement_schools", "a.yaml is not a list of rules"),
        (one().replace("quantity: 2", "quantity: two"), "a.yaml: /0/quantity"),
        (one().replace("quantity: 2", "quantity: -2"), "a.yaml: /0/quantity"),
        (one().replace("  unit: schools\n", ""), "a.yaml: /0/unit"),
        (one() + "  colour: red\n", "a.yaml: /0/colour"),
        (one(last="2024-08-31"), "a.yaml: /0/effective_to"),
        (one(last="2025-09-01") + one(edition="b", first="2025-09-01"), "editions a and b both hold on 2025-09-01"),
        (one() + one(edition="b", first="2025-09-01"), "editions a and b both hold on 2025-09-01"),
        (
            one(last="2025-08-30") + one(edition="b", first="2025-09-01"),
            "from 2025-08-31 to 2025-08-31, between a and b",
        ),
        (
            one(edition="b", first="2026-09-01") + one(last="2025-08-31"),
            "from 2025-09-01 to 2026-08-31, between a and b",
        ),
    ],
)
def test_a_broken_file_is_refused_with_its_place(text: str, said: str) -> None:
    with pytest.raises(BrokenRulebook, match=said):
        read({"a.yaml": text})


def test_editions_without_a_day_between_and_rules_that_end_are_read() -> None:
    first, second = one(last="2025-08-31"), one(edition="b", first="2025-09-01", last="2026-08-31")
    other_route = one(first="2027-09-01", route="iqts")
    assert len(read({"a.yaml": second + first + other_route})) == 3


def test_the_routes_own_rule_goes_before_the_one_for_all() -> None:
    found = read({"a.yaml": one() + one(edition="b", route="iqts").replace("quantity: 2", "quantity: 1")})
    on = date(2026, 1, 1)
    assert [of_its_day(found, "placement_schools", on, route=route) for route in (None, "iqts", "hpitt_postgrad")] == [
        found[0],
        found[1],
        found[0],
    ]


@given(st.sampled_from(sorted({(rule.id, rule.route) for rule in rules()}, key=str)), st.dates(date(2020, 1, 1)))
def test_a_rule_is_in_force_on_the_day_for_which_it_is_returned(which: tuple[str, str | None], day: date) -> None:
    found = rule(which[0], day, route=which[1])
    assert found is None or found.stands_on(day)


@given(st.integers(0, 2000))
def test_editions_follow_one_another_without_a_day_between(days: int) -> None:
    start = date(2024, 9, 1)
    editions: list[Rule | None] = [
        rule("claimable_initial_training", start + timedelta(days=days)),
        rule("claimable_refresher_training", start + timedelta(days=days)),
    ]
    assert all(editions)
