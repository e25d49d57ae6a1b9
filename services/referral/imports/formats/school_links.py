"""The format of the register's file of links (`links_edubasealldata`): which school succeeded which.

Read are successors and predecessors, also of merged and amalgamated schools; a link is in the file twice, once from
each side. Links of other kinds (`other_link`), and a school that was split (`split`), are left out and counted: only
the partnership can say which successor of a split school took over what.
"""

from collections.abc import Mapping
from datetime import date

from pydantic import Field

from services.referral.imports.reading.cells import Day, Text, Urn
from shared.spreadsheets.rows import Format, Row

_TYPE = "LinkType"


class LinkRow(Row):
    """A link between two schools, listed at one of them; `established_on` is often blank."""

    urn: Urn = Field(alias="URN")
    link_urn: Urn = Field(alias="LinkURN")
    link_type: Text = Field(alias=_TYPE)
    established_on: Day | None = Field(None, alias="LinkEstablishedDate")

    @property
    def succession(self) -> tuple[str, str]:
        """The URNs of the predecessor and of its successor."""
        follows = self.link_type.casefold().startswith("predecessor")
        return (self.link_urn, self.urn) if follows else (self.urn, self.link_urn)

    @property
    def is_merger(self) -> bool:
        """Whether the successor took over other schools too."""
        return "merged" in self.link_type.casefold() or "amalgamated" in self.link_type.casefold()

    def in_force(self, on: date) -> bool:
        """Whether the link is in force on this day."""
        return self.established_on is None or self.established_on <= on


def _left_out(filled: Mapping[str, str]) -> str | None:
    kind = filled.get(_TYPE, "").casefold()
    if "split" in kind:
        return "split"
    return None if kind.startswith(("successor", "predecessor")) or not kind else "other_link"


LINKS = (Format(LinkRow, left_out=_left_out),)
