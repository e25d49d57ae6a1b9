"""The icon of Alongside, two people next to each other: drawn as SVG and, by the same shapes, as PNG."""

import struct
import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BRAND = "#17524c"
GRID = 32
"""Width and height of the drawing, in its own units."""


@dataclass(frozen=True)
class Pill:
    """A rectangle whose corners are round; of equal sides with half of them as radius it is a circle."""

    left: float
    top: float
    width: float
    height: float
    radius: float

    def svg(self) -> str:
        """Return the shape as an element."""
        place = f'x="{self.left:g}" y="{self.top:g}" width="{self.width:g}" height="{self.height:g}"'
        return f'<rect {place} rx="{self.radius:g}"/>'

    def coverage(self, size: int) -> NDArray[np.float64]:
        """Return how much of each pixel of a square picture the shape covers: `size` rows and columns, 0 to 1."""
        unit = GRID / size
        across = (np.arange(size) + 0.5) * unit
        x = np.abs(across[None, :] - (self.left + self.width / 2)) - (self.width / 2 - self.radius)
        y = np.abs(across[:, None] - (self.top + self.height / 2)) - (self.height / 2 - self.radius)
        outside = np.hypot(np.maximum(x, 0), np.maximum(y, 0)) + np.minimum(np.maximum(x, y), 0) - self.radius
        covered: NDArray[np.float64] = np.clip(0.5 - outside / unit, 0, 1)
        return covered


PEOPLE = (
    Pill(7.3, 5.3, 8.4, 8.4, 4.2),
    Pill(7.3, 15, 8.4, 12, 4.2),
    Pill(18.1, 9.9, 6.8, 6.8, 3.4),
    Pill(18.1, 18, 6.8, 9, 3.4),
)


def draw_svg() -> str:
    """Return the icon as an SVG document."""
    shapes = "".join(shape.svg() for shape in PEOPLE)
    ground = f'<rect width="{GRID}" height="{GRID}" rx="7" fill="{BRAND}"/>'
    people = f'<g fill="#fff">{shapes}</g>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {GRID} {GRID}">{ground}{people}</svg>\n'


def draw_png(size: int) -> bytes:
    """Return the icon as a PNG of `size` pixels a side, its ground to the edges: devices cut their own corners."""
    ground = np.array([int(BRAND[at : at + 2], 16) for at in (1, 3, 5)], dtype=float)
    covered = np.max([shape.coverage(size) for shape in PEOPLE], axis=0)[:, :, None]
    pixels = np.rint(ground + (255 - ground) * covered).astype(np.uint8)
    rows = b"".join(b"\x00" + row.tobytes() for row in pixels)
    header = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(rows, 9)) + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
