"""An operator holds the demo partnership's stores against all that came of them."""

import json

from alongside.local.platform import SERVICES
from tests.e2e.conftest import Demo
from tests.e2e.terminal import Terminal


def test_after_the_walk_everything_is_where_it_should_be(demo: Demo, alongside: Terminal) -> None:
    found = json.loads(alongside.output_of("verify", "--json"))

    assert list(found) == list(SERVICES)
    assert {check["subject"] for check in found["referral"]} >= {
        "store",
        "topic alongside.referral.v1",
        "topic alongside.people.v1",
        "consumer",
        "read model schools",
    }
    assert all(check["examined"] > 0 for checks in found.values() for check in checks if check["subject"] == "store")
    assert [(name, check) for name, checks in found.items() for check in checks if check["wrong"]] == []


def test_nobody_says_restored_under_a_service_that_runs(alongside: Terminal) -> None:
    result = alongside("restored", "matching", "--wait", "0")

    assert (result.code, result.out) == (1, "")
    assert "matching is running" in result.err
    assert json.loads(alongside.output_of("status", "--json"))[1]["incarnation"] == 1
