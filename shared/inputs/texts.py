"""Make two texts that look alike the same: composed characters, nothing invisible, no blanks around.

A reference typed by hand and the same reference pasted from a web page must name the same person.
"""

import unicodedata
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

_LINE_ENDS = ("\r\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\u2029")
_NEVER_SEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")
"""Characters that show nothing although Unicode counts them among letters and marks."""
_JOINERS = frozenset("\u200c\u200d")


def normalise_text(text: str) -> str:
    """Return a text as it is kept: NFC, line feeds, no invisible characters, no blanks around; it may be empty.

    Control and format characters are left out, except line breaks and tabs. Joiners and variation selectors stay after
    a character beyond ASCII, and a joiner only before another one: there they are seen, as they shape Persian and
    Indian words and make one emoji of several. Elsewhere they would make two references of one. Halves of characters
    (surrogates) stay: they cannot be stored, and are refused later.
    """
    if text.isascii() and text.isprintable():
        return text.strip()
    for end in _LINE_ENDS:
        text = text.replace(end, "\n")
    text = unicodedata.normalize("NFC", text)
    following = [*text[1:], ""]
    kept: list[str] = []
    for character, after in zip(text, following, strict=False):
        if _is_seen(character, kept[-1] if kept else "", after):
            kept.append(character)
    return unicodedata.normalize("NFC", "".join(kept)).strip()


def _is_seen(character: str, before: str, after: str) -> bool:
    if character in "\n\t":
        return True
    if character in _JOINERS:
        return before > "\x7f" and after > "\x7f" and not (before.isspace() or after.isspace())
    if _is_variation_selector(character):
        return before > "\x7f" and not before.isspace()
    return character not in _NEVER_SEEN and unicodedata.category(character) not in ("Cc", "Cf")


def _is_variation_selector(character: str) -> bool:
    return "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"


def normalise_texts(sent: Any) -> Any:
    """Return parsed JSON with each of its texts normalised; names of fields stay as they are."""
    match sent:
        case str():
            return normalise_text(sent)
        case list():
            return [normalise_texts(part) for part in sent]
        case dict():
            return {name: normalise_texts(part) for name, part in sent.items()}
        case _:
            return sent


def _normalise_if_text(sent: Any) -> Any:
    return normalise_text(sent) if isinstance(sent, str) else sent


def _one_line(text: str) -> str:
    if not (line := " ".join(text.split())):
        raise ValueError("Fill in this field.")
    return line


LineOrNothing = Annotated[
    str, Field(max_length=200), BeforeValidator(_normalise_if_text), AfterValidator(lambda text: " ".join(text.split()))
]
"""Text on one line, normalised, which may be empty."""
Line = Annotated[str, Field(max_length=200), BeforeValidator(_normalise_if_text), AfterValidator(_one_line)]
"""Text on one line, normalised, with single blanks between words."""
