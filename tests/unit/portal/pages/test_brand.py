"""A brand colour of a trust is set with text on it that reads well."""

import pytest
from hypothesis import given as whatever
from hypothesis import strategies as st

from services.portal.pages.brand import NoColour, brand_stylesheet, contrast


def test_a_dark_brand_has_white_text() -> None:
    assert brand_stylesheet("#17524C") == (
        ":root{--alongside-brand:#17524c;--alongside-on-brand:#ffffff;--alongside-away:#000000;}\n"
    )


def test_a_light_brand_has_black_text() -> None:
    assert "--alongside-on-brand:#000000;--alongside-away:#ffffff;" in brand_stylesheet("#ffd200")


@whatever(st.integers(0, 0xFFFFFF))
def test_text_on_every_brand_has_the_contrast_of_wcag_aa(number: int) -> None:
    colour = f"#{number:06x}"
    assert max(contrast("#ffffff", colour), contrast("#000000", colour)) >= 4.5


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("written", ["green", "#fff", "17524c", "#17524c;}body{display:none", "#17524c\n"])
def test_what_is_no_colour_is_refused(written: str) -> None:
    with pytest.raises(NoColour, match="write six digits"):
        brand_stylesheet(written)
