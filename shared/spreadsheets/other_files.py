"""Files that are no tables, recognised by their beginning, with a sentence that says what to send instead."""

import io
import zipfile

_SAVE = "Save the sheet as XLSX or as “CSV UTF-8”, and send that."
_BINARY = (
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"{\\rtf", "a text document (RTF)"),
    (b"\x1f\x8b", "a compressed archive (GZIP)"),
    (b"7z\xbc\xaf", "a compressed archive (7z)"),
    (b"Rar!", "a compressed archive (RAR)"),
    (b"SQLite format 3", "a database"),
)
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"  # XLS; an XLSX that is protected by a password looks the same
_SHOWN = 4096
"""Bytes at the beginning of a file by which it is recognised."""


def why_no_table(content: bytes) -> tuple[str, str] | None:
    """Recognise a file that is neither CSV nor a workbook: a code, and a sentence; None if it may be a table."""
    if content.startswith(_OLD_WORKBOOK):
        advice = "This is an old or a protected workbook. Save it as XLSX without a password, or as “CSV UTF-8”."
        return "workbook", advice
    for beginning, name in _BINARY:
        if content.startswith(beginning):
            return "not_text", f"This is {name}, not a table. {_SAVE}"
    shown = content[:_SHOWN].replace(b"\x00", b"").removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xff\xfe").strip()
    if shown.startswith(b"<"):
        advice = f"This is a web page or an XML file, not a table. Open it in a spreadsheet. {_SAVE}"
        return "not_a_table", advice
    if shown.startswith((b"{", b"[")):
        return "not_a_table", f"This is a JSON file, not a table. {_SAVE}"
    return None


def why_no_workbook(content: bytes) -> str | None:
    """Recognise a zip archive that is no XLSX workbook; a sentence, or None if it is one or cannot be unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            names = set(parts.namelist())
            kind = parts.read("mimetype") if "mimetype" in names else b""
    except Exception:  # noqa: BLE001  # whatever bytes in a zip can do to a parser; opening the workbook explains it
        return None
    if "xl/workbook.xml" in names:
        return None
    if b"opendocument.spreadsheet" in kind:
        return f"This is a workbook in the OpenDocument format (ODS). {_SAVE}"
    if "xl/workbook.bin" in names:
        return f"This is a binary workbook (XLSB). {_SAVE}"
    if any(name.endswith(".iwa") for name in names):
        return "This is a workbook of Numbers. Export it as XLSX or CSV, and send that."
    if "word/document.xml" in names or b"opendocument" in kind:
        return f"This is a text document, not a table. {_SAVE}"
    return "This is a ZIP archive. Unpack it, and send the CSV file or workbook in it."
