"""What builds the portal's assets: colours become custom properties, and icons are drawn."""

import struct
import zlib

import pytest

from tools.assets.folder import AssetFolder
from tools.assets.icons import draw_png, draw_svg
from tools.assets.stylesheet import replace_constants


def test_a_property_loses_the_constant_to_fall_back_on() -> None:
    assert (
        replace_constants("a{color:#1a65a6;color:var(--govuk-link-colour, #1a65a6)}")
        == "a{color:var(--govuk-link-colour)}"
    )


def test_a_constant_becomes_the_property_of_its_role() -> None:
    assert replace_constants("a{color:#fff}") == "a{color:var(--govuk-inverse-text-colour)}"
    assert replace_constants("a{background-color:#ffffff}") == "a{background-color:var(--al-field)}"
    assert replace_constants("a{border:2px solid #CECECE}") == "a{border:2px solid var(--govuk-border-colour)}"


def test_custom_properties_keep_their_constants() -> None:
    assert replace_constants(":root{--al-quiet: #eef1ed}") == ":root{--al-quiet: #eef1ed}"


def test_a_constant_that_no_table_names_is_refused() -> None:
    with pytest.raises(KeyError, match="#123456"):
        replace_constants("a{color:#123456}")


def pixels_of(png: bytes) -> list[bytes]:
    """Return the rows of a PNG that `draw_png` has drawn: three bytes for each pixel."""
    width, height = struct.unpack(">II", png[16:24])
    start = png.index(b"IDAT") + 4
    length = struct.unpack(">I", png[start - 8 : start - 4])[0]
    raw = zlib.decompress(png[start : start + length])
    return [raw[row * (3 * width + 1) + 1 : (row + 1) * (3 * width + 1)] for row in range(height)]


def test_an_icon_shows_two_people_on_the_brand_colour() -> None:
    rows = pixels_of(draw_png(64))
    brand, white = bytes.fromhex("17524c"), bytes.fromhex("ffffff")
    assert len(rows) == 64
    assert rows[0][:3] == brand  # a corner
    assert rows[40][3 * 23 : 3 * 24] == white  # the taller person
    assert rows[44][3 * 43 : 3 * 44] == white  # the smaller
    assert draw_svg().count("<rect") == 5


def test_a_file_without_a_hash_is_in_no_manifest() -> None:
    folder = AssetFolder()
    folder.add("service-worker.js", b"", hashed=False)
    folder.add("a.js", b"1")
    assert folder.names == {"a.js": "a-6b86b273ff34.js"}
