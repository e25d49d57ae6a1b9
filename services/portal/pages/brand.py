"""The brand colour of a trust, as the small stylesheet that follows the portal's own.

The policy for content forbids styles in a page, so the colour is a stylesheet with an address of its own. A link to it
stands after the one to portal.css, and its address changes with the colour.
"""

import re

DARK, LIGHT = "#000000", "#ffffff"


class NoColour(Exception):
    """A brand colour is written in another way than #rrggbb."""

    def __init__(self, colour: str) -> None:
        super().__init__(f"“{colour}” is no colour: write six digits after a #, such as #17524c.")


def brand_stylesheet(colour: str) -> str:
    """Return CSS that sets the brand colour, and the colour of text on it: black or white, whichever reads better.

    One of the two has a contrast of at least 4.5 on every colour; the other is where hover goes to, so that it only
    gains. Raises NoColour unless `colour` is #rrggbb.
    """
    away, on_brand = sorted((DARK, LIGHT), key=lambda text: contrast(text, colour))
    values = {"brand": colour.lower(), "on-brand": on_brand, "away": away}
    return ":root{" + "".join(f"--alongside-{name}:{value};" for name, value in values.items()) + "}\n"


def contrast(first: str, second: str) -> float:
    """Return the contrast of two colours as WCAG defines it, 1 to 21. Raises NoColour unless both are #rrggbb."""
    darker, lighter = sorted((_luminance(first), _luminance(second)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    if not re.fullmatch("#[0-9a-fA-F]{6}", colour):
        raise NoColour(colour)
    shares = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
    return sum(weight * share for weight, share in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
