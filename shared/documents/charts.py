"""Charts as SVG, each with a title and a description inside, and never told apart by colour alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

DARK, ORANGE, LINE = "#12436D", "#F46A25", "#505A5F"
_WIDTH, _LABELS, _BAR, _STEP, _TOP = 480, 92, 16, 25, 26
_FILLS = (
    (DARK, "#FFFFFF", DARK),
    ("url(#stripes)", "#000000", ORANGE),
    ("#FFFFFF", "#000000", LINE),
)
"""Of each part of a bar: its fill, the colour of the number on it, and of its edge. The parts differ by pattern too."""
_FONT = 'font-family="Open Sans, sans-serif" font-size="10"'


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar: its label, and the number of each part."""

    label: str
    parts: Sequence[int]


def stacked_bars(title: str, description: str, parts: Sequence[str], bars: Sequence[Bar]) -> str:
    """Return bars below one another, each of up to three parts with their numbers on them, and a legend."""
    assert len(parts) <= len(_FILLS)
    most = max((sum(bar.parts) for bar in bars), default=0) or 1
    scale = (_WIDTH - _LABELS - 8) / most
    height = _TOP + _STEP * len(bars) + 4
    drawn = "".join(_draw(bar, _TOP + _STEP * nth, scale) for nth, bar in enumerate(bars))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" '
        f'height="{height}" {_FONT}><title>{escape(title)}</title><desc>{escape(description)}</desc>'
        '<defs><pattern id="stripes" width="5" height="5" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)"><rect width="5" height="5" fill="#FFFFFF"/>'
        f'<rect width="2" height="5" fill="{ORANGE}"/></pattern></defs>{_legend(parts)}{drawn}</svg>'
    )


def _legend(parts: Sequence[str]) -> str:
    drawn, x = "", _LABELS
    for name, (fill, _, edge) in zip(parts, _FILLS, strict=False):
        drawn += f'<rect x="{x}" y="3" width="11" height="11" fill="{fill}" stroke="{edge}"/>'
        drawn += f'<text x="{x + 16}" y="12.5">{escape(name)}</text>'
        x += 16 + round(6.2 * len(name)) + 18
    return drawn


def _draw(bar: Bar, y: int, scale: float) -> str:
    middle = y + _BAR - 4.5
    drawn, x = f'<text x="{_LABELS - 8}" y="{middle}" text-anchor="end">{escape(bar.label)}</text>', float(_LABELS)
    for number, (fill, ink, edge) in zip(bar.parts, _FILLS, strict=False):
        if not number:
            continue
        width = number * scale
        drawn += f'<rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="{_BAR}" fill="{fill}" stroke="{edge}"/>'
        if fill.startswith("url"):  # a number is not read on stripes
            drawn += f'<rect x="{x + width / 2 - 7:.1f}" y="{y + 2}" width="14" height="{_BAR - 4}" fill="#FFFFFF"/>'
        drawn += f'<text x="{x + width / 2:.1f}" y="{middle}" text-anchor="middle" fill="{ink}">{number}</text>'
        x += width
    if not any(bar.parts):
        drawn += f'<text x="{_LABELS}" y="{middle}">none due</text>'
    return drawn
