"""A file that is kept packed: read in pieces, it is the file that was sent, wherever a piece ends."""

import io
import itertools

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.spreadsheets import workbook
from shared.spreadsheets.content import PIECE, FileContent, Packer
from shared.spreadsheets.csv_text import csv_texts
from shared.spreadsheets.errors import FileError

pytestmark = pytest.mark.covers("R3")


def noise(size: int) -> bytes:
    """Bytes of text, with as many rows as fit."""
    line = b"a,b,c\r\n"
    return (line * (size // len(line) + 1))[:size]


@given(st.lists(st.binary(max_size=20)))
def test_a_file_that_arrives_in_pieces_is_the_file_that_was_sent(pieces: list[bytes]) -> None:
    packer = Packer()
    for piece in pieces:
        packer.add(piece)
    whole = b"".join(pieces)
    content = packer.content()
    assert (content.whole(), content.size) == (whole, len(whole))
    assert content == FileContent.of(whole)
    assert FileContent.unpacked_from(content.packed) == content
    assert content.until(7).whole() == content.beginning(7) == content.open().read(7) == whole[:7]
    assert content.is_blank is (not whole.strip())


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 5 * PIECE + 3])
def test_a_file_is_read_to_its_end_whatever_its_size(size: int) -> None:
    content = FileContent.of(noise(size))
    assert content.open().read() == b"".join(content.pieces()) == noise(size)
    assert all(len(piece) <= PIECE for piece in content.pieces())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be", "cp1252"])
def test_a_letter_or_an_end_mark_on_the_border_of_two_pieces_is_read(encoding: str) -> None:
    width = len("a".encode(encoding))
    for short in range(4):
        filling = "a" * (PIECE // width - len("h\r\n") - short)
        text = f"h\r\n{filling}\u00ebz,\u00e9\r\n"
        content = FileContent.of(f"{text}\x1a\x00\x00".encode(encoding))
        found = csv_texts(content)[0]
        cells = list(itertools.chain.from_iterable(cells for _, cells in found.rows()))
        assert (found.encoding, cells) == (encoding, ["h", f"{filling}\u00ebz", "\u00e9"])


@pytest.mark.parametrize("wrong", [b"\x81", b"Jos\xe9 Jos\xc3\xa9", b"\xe2\x80\x93 \xe9"])
def test_an_unreadable_byte_far_into_a_file_is_reported_with_its_line(wrong: bytes) -> None:
    before = noise(3 * PIECE + 1) + b"\r\n"
    with pytest.raises(FileError) as caught:
        csv_texts(FileContent.of(before + wrong + b"\r\n" + noise(PIECE)))
    assert [error.line for error in caught.value.errors] == [before.count(b"\n") + 1]


def test_rows_of_a_sheet_are_what_openpyxl_reads() -> None:
    made = openpyxl.Workbook()
    sheet = made.worksheets[0]
    for row in (["a", 1, None, 2.5, "Bront\u00eb & <b>", True], [], [None, None, "c"], ["_x000D_ x005F_", 0.1 + 0.2]):
        sheet.append(row)
    sheet["B6"] = 123
    sheet["B6"].number_format = "0000000"
    sheet["C6"] = 0.125
    sheet["C6"].number_format = "0.0%"
    sheet["AB7"] = "far"
    out = io.BytesIO()
    made.save(out)
    read = openpyxl.load_workbook(out, read_only=True).worksheets[0].iter_rows()
    texts = [[workbook.text_of(cell) for cell in row] for row in read]
    assert [cells for _, cells in workbook.rows_of(FileContent.of(out.getvalue()))] == [
        row[: max((at for at, text in enumerate(row, 1) if text), default=0)] for row in texts
    ]
