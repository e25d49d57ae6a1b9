"""Charts as SVG, each with a title and a description inside, and never told apart by colour alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from textwrap import wrap

DARK, ORANGE, LINE, _FAINT = "#12436D", "#F46A25", "#505A5F", "#B1B4B6"
_WIDTH, _LABELS, _BAR, _STEP, _TOP = 480, 92, 16, 25, 26
_CHARACTER, _ROW, _HEAD_LINE, _HEAD_LINES = 5.9, 18, 13, 3
"""Of a scale: the width of a character, the height of a row and of a line of a head, and how many lines a head has."""
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


@dataclass(frozen=True, slots=True)
class Place:
    """A place on a scale: what has it, and the number of the level from 0; None where it has none yet."""

    label: str
    level: int | None


def stacked_bars(
    title: str, description: str, parts: Sequence[str], bars: Sequence[Bar], *, labels: int = _LABELS
) -> str:
    """Return bars below one another, each of up to three parts with their numbers on them, and a legend.

    `labels` is the width that the labels of the bars have, of the 480 of the chart; longer ones are cut.
    """
    assert len(parts) <= len(_FILLS)
    most = max((sum(bar.parts) for bar in bars), default=0) or 1
    scale = (_WIDTH - labels - 8) / most
    drawn = "".join(_draw(bar, _TOP + _STEP * nth, labels, scale) for nth, bar in enumerate(bars))
    stripes = (
        '<defs><pattern id="stripes" width="5" height="5" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)"><rect width="5" height="5" fill="#FFFFFF"/>'
        f'<rect width="2" height="5" fill="{ORANGE}"/></pattern></defs>'
    )
    return _chart(title, description, _TOP + _STEP * len(bars) + 4, f"{stripes}{_legend(parts, labels)}{drawn}")


def places_on_scale(title: str, description: str, levels: Sequence[str], places: Sequence[Place]) -> str:
    """Return a row for each place, with a mark in the column of its level; the place tells it, not a colour."""
    width = (_WIDTH - _LABELS) / max(len(levels), 1)
    heads = [_cut(level, int(width / _CHARACTER), lines=_HEAD_LINES) for level in levels]
    top = _HEAD_LINE * max(map(len, heads), default=1) + 10
    bottom = top + _ROW * len(places)
    middles = [_LABELS + width * (nth + 0.5) for nth in range(len(levels))]
    drawn = "".join(
        f'<text x="{middle:.1f}" y="{10 + _HEAD_LINE * nth}" text-anchor="middle">{escape(line)}</text>'
        for middle, lines in zip(middles, heads, strict=True)
        for nth, line in enumerate(lines)
    )
    drawn += "".join(
        f'<line x1="{middle:.1f}" y1="{top}" x2="{middle:.1f}" y2="{bottom}" stroke="{_FAINT}"/>' for middle in middles
    )
    drawn += "".join(_place(place, top + _ROW * nth, middles) for nth, place in enumerate(places))
    return _chart(title, description, bottom + 4, drawn)


def _chart(title: str, description: str, height: int, drawn: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" '
        f'height="{height}" {_FONT}><title>{escape(title)}</title><desc>{escape(description)}</desc>{drawn}</svg>'
    )


def _place(place: Place, y: int, middles: Sequence[float]) -> str:
    middle = y + _ROW / 2
    drawn = f'<line x1="{_LABELS}" y1="{middle}" x2="{_WIDTH}" y2="{middle}" stroke="{_FAINT}"/>'
    drawn += f'<text x="{_LABELS - 8}" y="{middle + 3.5}" text-anchor="end">{escape(place.label)}</text>'
    if place.level is None:
        drawn += f'<rect x="{_LABELS}" y="{y}" width="90" height="{_ROW}" fill="#FFFFFF"/>'
        return f'{drawn}<text x="{_LABELS}" y="{middle + 3.5}">not judged yet</text>'
    return f'{drawn}<circle cx="{middles[place.level]:.1f}" cy="{middle}" r="5.5" fill="{DARK}"/>'


def _cut(text: str, characters: int, *, lines: int = 1) -> list[str]:
    """Break a text into lines of so many characters, and cut what is longer than `lines`."""
    return wrap(text, max(characters, 2), max_lines=lines, placeholder="…") or [""]


def _legend(parts: Sequence[str], labels: int) -> str:
    drawn, x = "", labels
    for name, (fill, _, edge) in zip(parts, _FILLS, strict=False):
        drawn += f'<rect x="{x}" y="3" width="11" height="11" fill="{fill}" stroke="{edge}"/>'
        drawn += f'<text x="{x + 16}" y="12.5">{escape(name)}</text>'
        x += 16 + round(6.2 * len(name)) + 18
    return drawn


def _draw(bar: Bar, y: int, labels: int, scale: float) -> str:
    middle = y + _BAR - 4.5
    label = _cut(bar.label, int(labels / _CHARACTER))[0]
    drawn, x = f'<text x="{labels - 8}" y="{middle}" text-anchor="end">{escape(label)}</text>', float(labels)
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
        drawn += f'<text x="{labels}" y="{middle}">none due</text>'
    return drawn
