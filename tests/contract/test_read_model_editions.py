"""A changed definition of a read model needs a higher edition, and a removed read model must be named as given up."""

from dataclasses import replace

import pytest

from tools.reference import sources
from tools.reference.sources import committed_read_models, read_models, unordered_read_models

NAME = "referral.people"


def test_every_read_model_is_the_committed_one_or_a_later_edition_of_it() -> None:
    assert unordered_read_models(committed_read_models()) == []


def test_a_definition_that_changed_in_its_edition_is_refused_with_what_to_do() -> None:
    edition, _ = read_models()[NAME]

    refused = unordered_read_models({NAME: (edition, "another definition")})

    assert refused == [f"the definition of read model {NAME} has changed: let its edition be {edition + 1}"]


def test_an_edition_does_not_go_back() -> None:
    edition, definition = read_models()[NAME]
    assert unordered_read_models({NAME: (edition + 1, definition)}) != []


def test_a_later_edition_is_taken() -> None:
    edition, _ = read_models()[NAME]
    assert unordered_read_models({NAME: (edition - 1, "another definition")}) == []


def test_a_read_model_that_is_gone_must_be_named_as_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    stored = {"referral.ghosts": (3, "some definition")}
    assert unordered_read_models(stored) == [
        "referral.ghosts is no read model any more: name it in given_up_read_models of its service"
    ]

    first, *others = sources.services()
    monkeypatch.setattr(sources, "services", lambda: (replace(first, given_up_read_models=("ghosts",)), *others))

    assert unordered_read_models(stored) == []
