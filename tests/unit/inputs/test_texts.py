"""Texts that look alike are alike once they are normalised."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from shared.inputs.texts import Line, normalise_text, normalise_texts

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=30)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("26-01\u200b", "26-01"),
        ("\ufeffIvo", "Ivo"),
        ("Ma\u00adrsh", "Marsh"),
        ("a\x00b\x1b[1m", "ab[1m"),
        ("\u202e26-01\u202c", "26-01"),
        ("26\u200d-01", "26-01"),
        ("26-01\ufe0f", "26-01"),
        ("26-01\u3164", "26-01"),
        ("Zoe\u0308", "Zo\u00eb"),
        ("e\u200b\u0301", "\u00e9"),
        ("  Ivo \u00a0", "Ivo"),
        ("one\r\ntwo\rthree\u2028four\x85five", "one\ntwo\nthree\nfour\nfive"),
        ("a\tb", "a\tb"),
        (" \u200b\t\n", ""),
    ],
)
def test_nothing_invisible_is_kept(sent: str, kept: str) -> None:
    assert normalise_text(sent) == kept


@pytest.mark.parametrize(
    "text", ["👩\u200d👩\u200d👧", "\u2764\ufe0f", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"]
)
def test_a_joiner_that_can_be_seen_is_kept(text: str) -> None:
    assert normalise_text(text) == text


@given(ANY_TEXT)
def test_a_normalised_text_is_normalised(text: str) -> None:
    assert normalise_text(normalise_text(text)) == normalise_text(text)


@given(ANY_TEXT)
def test_a_text_of_ascii_stays_ascii_and_on_its_lines(text: str) -> None:
    ascii_only = "".join(character for character in text if character.isascii())
    kept = normalise_text(ascii_only)
    assert all(character.isprintable() or character in "\n\t" for character in kept)


def test_every_text_in_json_is_normalised_and_nothing_else() -> None:
    sent = {"a": ["x\u200b", 1, None, {"b": "\ufeffy"}], "c": True, "d": 1.5}
    assert normalise_texts(sent) == {"a": ["x", 1, None, {"b": "y"}], "c": True, "d": 1.5}


@pytest.mark.parametrize(("sent", "kept"), [("26-01\u200b", "26-01"), ("Ivo\n  Marsh", "Ivo Marsh")])
def test_a_line_is_one_line_also_in_a_file(sent: str, kept: str) -> None:
    assert TypeAdapter(Line).validate_python(sent) == kept


@pytest.mark.parametrize("sent", ["", "   ", "\u200b", "\u2060\n\t"])
def test_a_line_of_blanks_is_empty(sent: str) -> None:
    with pytest.raises(ValidationError, match="Fill in this field"):
        TypeAdapter(Line).validate_python(sent)
