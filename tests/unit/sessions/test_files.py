"""Files of a journal: the kind by the content, and what an entry keeps of them."""

import io
import struct
import zipfile
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from services.sessions.domain.files import (
    END_OF_ZIP,
    FileKind,
    NotAFileOfOurs,
    Span,
    find_content_types,
    find_directory,
    kind_of_beginning,
    kind_of_contents,
)
from services.sessions.domain.journal import JOURNAL_ENTRY, AttachFile, RemoveFile, TooManyFiles
from shared.kernel.decider import Invalid, NotFound
from shared.kernel.postgres.personal import personal_fields
from tests.support.given import given
from tests.unit.sessions.example_journal import ATTACHED, DETACHED, FILE_ID, USED, WRITTEN
from tests.unit.sessions.examples import MENTOR_ID, MONDAY, TRAINEE_ID

pytestmark = pytest.mark.covers("S5")
OFFICE = "application/vnd.openxmlformats-officedocument"
MAIN: dict[FileKind, str] = {
    "docx": f"{OFFICE}.wordprocessingml.document.main+xml",
    "xlsx": f"{OFFICE}.spreadsheetml.sheet.main+xml",
    "pptx": f"{OFFICE}.presentationml.presentation.main+xml",
}


def document(main: str, *, method: int = zipfile.ZIP_DEFLATED, last: bool = False, **parts: bytes) -> bytes:
    """A document of Office whose main part is of this type."""
    types = f'<Types><Override PartName="/main.xml" ContentType="{main}"/></Types>'
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as whole:
        if not last:
            whole.writestr("[Content_Types].xml", types)
        for name, content in {"main.xml": b"<x/>" * 500, **parts}.items():
            whole.writestr(name, content)
        if last:
            whole.writestr("[Content_Types].xml", types)
    return file.getvalue()


def kind_of(file: bytes) -> FileKind | None:
    """The kind of a file, as it is told when all of it has arrived."""
    kind = kind_of_beginning(file[:32])
    if kind != "zip":
        return kind
    directory = find_directory(file[-END_OF_ZIP:], len(file))
    part = find_content_types(part_of(file, directory), len(file))
    return kind_of_contents(part, part_of(file, part.span))


def part_of(file: bytes, span: Span) -> bytes:
    return file[span.offset : span.offset + span.length]


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        (b"%PDF-1.7\n", "pdf"),
        (b"\x89PNG\r\n\x1a\n....", "png"),
        (b"\xff\xd8\xff\xe0..JFIF", "jpeg"),
        (b"RIFF\x10\x00\x00\x00WEBPVP8 ", "webp"),
        (b"\x00\x00\x00\x18ftypheic....", "heic"),
        (b"\x00\x00\x00\x18ftypmif1....", "heic"),
        (b"<html><script>", None),
        (b"\xef\xbb\xbf<svg xmlns=''>", None),
        (b"<?xml version='1.0'?><svg>", None),
        (b"GIF89a", None),
        (b"RIFF\x10\x00\x00\x00WAVEfmt ", None),
        (b"\x00\x00\x00\x18ftypisom....", None),
        (b"MZ\x90\x00", None),
        (b" %PDF-1.7", None),
        (b"", None),
    ],
)
def test_the_kind_is_told_by_the_first_bytes(file: bytes, kind: FileKind | None) -> None:
    assert kind_of(file) == kind


@pytest.mark.parametrize("kind", MAIN)
@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
@pytest.mark.parametrize("last", [True, False])
def test_a_document_of_office_is_told_by_its_list_of_contents(kind: FileKind, method: int, *, last: bool) -> None:
    assert kind_of(document(MAIN[kind], method=method, last=last)) == kind


@pytest.mark.parametrize(
    "file",
    [
        document("application/vnd.ms-word.document.macroEnabled.main+xml"),
        document("application/epub+zip"),
        document(MAIN["docx"])[:-30],
        document(MAIN["docx"])[:100],
        b"PK\x03\x04",
        b"PK\x03\x04" + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1, 1, 0xFFFF, 0xFFFFFFF, 0),
    ],
    ids=["macros", "another type", "no end", "cut off", "nothing", "a directory elsewhere"],
)
def test_any_other_zip_is_refused(file: bytes) -> None:
    with pytest.raises(NotAFileOfOurs):
        kind_of(file)


def test_a_zip_without_a_list_of_contents_is_refused() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as whole:
        whole.writestr("page.html", "<script>")
    with pytest.raises(NotAFileOfOurs):
        kind_of(file.getvalue())


@drawn(st.binary(max_size=200), st.integers(0, 300))
def test_whatever_a_zip_holds_it_has_a_kind_or_is_refused(noise: bytes, at: int) -> None:
    whole = document(MAIN["docx"])
    broken = whole[: -at or None] + noise + whole[len(whole) - at :]
    with suppress(NotAFileOfOurs):
        assert kind_of(broken) in (*MAIN, None)


def attaching(sha256: str = "ab" * 32, **fields: Any) -> AttachFile:
    values = {"owner_id": TRAINEE_ID, "file_id": FILE_ID, "name": "plan.pdf", "kind": "pdf", "size": 5, "on": MONDAY}
    return AttachFile.model_validate(values | {"sha256": sha256} | fields)


def test_a_file_is_attached_once_with_its_kind_size_and_digest() -> None:
    given(JOURNAL_ENTRY, WRITTEN).when(attaching()).then(ATTACHED.model_copy(update={"name": "plan.pdf"}))
    given(JOURNAL_ENTRY, WRITTEN, ATTACHED).when(attaching()).then()
    given(JOURNAL_ENTRY).when(attaching()).refused(NotFound)
    given(JOURNAL_ENTRY, WRITTEN).when(attaching(owner_id=MENTOR_ID)).refused(NotFound)
    assert personal_fields(type(ATTACHED)) == {"name": "owner_id"}


def test_an_entry_has_no_more_files_than_it_can_have() -> None:
    files = [ATTACHED.model_copy(update={"sha256": f"{nth:064}"}) for nth in range(10)]
    given(JOURNAL_ENTRY, WRITTEN, *files).when(attaching()).refused(TooManyFiles)


def test_a_file_is_removed_unless_an_assessment_rests_on_the_entry() -> None:
    removing = RemoveFile(owner_id=TRAINEE_ID, file_id=FILE_ID, on=MONDAY)
    given(JOURNAL_ENTRY, WRITTEN, ATTACHED).when(removing).then(DETACHED)
    given(JOURNAL_ENTRY, WRITTEN, ATTACHED, DETACHED).when(removing).refused(NotFound)
    given(JOURNAL_ENTRY, WRITTEN, ATTACHED, USED).when(removing).refused(Invalid)


def test_files_stay_when_the_words_of_an_entry_are_replaced() -> None:
    anew = WRITTEN.model_copy(update={"version_number": 2})
    entry = given(JOURNAL_ENTRY, WRITTEN, ATTACHED, anew).state
    assert entry is not None
    assert [file.file_id for file in entry.files] == [FILE_ID]
