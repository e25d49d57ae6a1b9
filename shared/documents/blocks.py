"""The parts of a document."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

Kind = Literal["heading", "paragraph", "list", "figures", "table", "chart", "blank", "quote"]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading: of a section on level 1, within one on level 2."""

    kind: ClassVar[Kind] = "heading"
    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; a `small` one explains."""

    kind: ClassVar[Kind] = "paragraph"
    text: str
    small: bool = False


@dataclass(frozen=True, slots=True)
class Quote:
    """What somebody wrote, marked so that nobody takes it for words of the document; a paragraph for each line.

    The `introduction`, where there is one, stands on the same page as its beginning.
    """

    kind: ClassVar[Kind] = "quote"
    text: str
    introduction: str = ""


@dataclass(frozen=True, slots=True)
class BulletList:
    """Paragraphs with a bullet before each."""

    kind: ClassVar[Kind] = "list"
    items: Sequence[str]


@dataclass(frozen=True, slots=True)
class Blank:
    """A line on which somebody writes by hand what the label says, such as a name."""

    kind: ClassVar[Kind] = "blank"
    label: str


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """A figure that somebody looks at first, and what it is."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class KeyFigures:
    """Key figures in a row."""

    kind: ClassVar[Kind] = "figures"
    items: Sequence[KeyFigure]


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a heading for each column, repeated on each page.

    `widths` has a share of the width for each column, `right` says which columns are aligned to the right, and `size`
    is that of the letters, in points.
    """

    kind: ClassVar[Kind] = "table"
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths: Sequence[float]
    right: Sequence[bool]
    size: float = 8.5


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture of figures: the finding as its title, a description for those who do not see it, and the SVG."""

    kind: ClassVar[Kind] = "chart"
    title: str
    description: str
    svg: str


Block = Heading | Paragraph | Quote | BulletList | Blank | KeyFigures | Table | Chart


@dataclass(frozen=True, slots=True)
class Document:
    """A document: its title, which says something, its parts in order, the line at the foot of each page, the paper.

    Its `status`, such as that it is a draft, stands at the head of each page.
    """

    title: str
    blocks: Sequence[Block]
    footer: str = ""
    status: str = ""
    paper: Literal["a4", "a3"] = "a4"
    landscape: bool = False
