"""The text of a cell, as every column of every file gets it, and what makes a text unusable whatever its column."""

import re

from shared.inputs.texts import normalise_text

LONGEST = 32_767
"""Characters that a spreadsheet can hold in a cell."""

is_plain = re.compile("[0-9A-Za-z(](?:[ -~]{0,500}[!-~])?").fullmatch
"""What most cells of a large file are: nothing has to be done about them, and nothing is wrong with them."""

# An apostrophe is how spreadsheets, and the DfE's own files, keep the zeros at the beginning of a code; a formula that
# is nothing but a text is how many exports do.
_KEPT_AS_TEXT = re.compile(r"'(?=[0-9])")
_TEXT_AS_FORMULA = re.compile(r'="([^"]*)"')
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
_NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)*%?")
_FAILED_FORMULA = re.compile(r"#(N/A|NAME\?|REF!|VALUE!|DIV/0!|NUM!|NULL!|SPILL!|CALC!|FIELD!|BLOCKED!|GETTING_DATA)")
_ALL_HASHES = re.compile("#{2,}")

_DASHES = frozenset("-\u2013\u2014") | {"--"}

_FORMULA = "This looks like a formula. Paste its result in its place (Paste special, Values)."
_BEGINS_LIKE_A_FORMULA = "This looks like a formula. Write plain text, without + - or @ at its beginning."
_FAILED = "A formula has failed here and gives no value. Write the value in its place, or leave the cell blank."
_HASHES = "The column was too narrow for its value when it was saved. Widen the column, and save the file again."
_DASH = "A dash is not read as blank. Leave the cell empty where there is nothing to write."
_CONTROLS = "This cell holds a character that cannot be seen or printed. Empty the cell and type it again."
_DAMAGED = "A letter of this text is damaged. Type it again."
_TOO_LONG = f"This cell holds more than {LONGEST:,} characters, more than a spreadsheet can. Correct or empty it."


def cell_text(raw: str) -> str:
    """Return the text of a cell as a person reads it: trimmed, letters composed, without what has no width."""
    text = raw.strip()
    if len(text) > LONGEST:
        return text
    if not _CONTROL.search(text):  # a control character is an error of its cell, so it is not left out here
        text = normalise_text(text)
    if constant := _TEXT_AS_FORMULA.fullmatch(text):
        text = constant[1].strip()
    return text[1:] if _KEPT_AS_TEXT.match(text) else text


def why_unusable(text: str) -> tuple[str, str] | None:
    """Explain why a text can stand in no column: a code, and a sentence that says what to do; None if it can."""
    if len(text) > LONGEST:
        return "cell_too_long", _TOO_LONG
    if _CONTROL.search(text):
        return "control_character", _CONTROLS
    if "\ufffd" in text:
        return "damaged_text", _DAMAGED
    if _FAILED_FORMULA.fullmatch(text.removeprefix("'").lstrip()):
        return "formula", _FAILED
    if text in _DASHES:
        return "placeholder", _DASH
    if looks_like_formula(text):
        return "formula", _FORMULA if text.removeprefix("'").lstrip().startswith("=") else _BEGINS_LIKE_A_FORMULA
    return ("damaged_text", _HASHES) if _ALL_HASHES.fullmatch(text) else None


def looks_like_formula(text: str) -> bool:
    """Whether a spreadsheet would run this text as a formula.

    True also for the result of a formula that failed, and for a formula that a marked copy has prefixed with an
    apostrophe.
    """
    bare = text.removeprefix("'").lstrip()
    runs = bare[:1] in {"=", "+", "-", "@"} and not _NUMBER.fullmatch(bare)
    return runs or _FAILED_FORMULA.fullmatch(bare) is not None
