"""People as a file of DfE's names them: by numbers that the state gave them, never by name."""

import re
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

_TRN = re.compile(r"[0-9]{7}")
_HESA_ID = re.compile(r"[0-9]{13}(?:[0-9]{4})?")
YOUNGEST, OLDEST = 18, 99
"""Years of age that DfE's register of early career teachers takes, reckoned by the years alone."""


@dataclass(frozen=True, slots=True)
class PersonOnRecord:
    """Somebody on record: the partnership's own reference, and the numbers by which DfE knows them.

    `has_left` says that they withdrew from training. None where a number is not on record.
    """

    person_id: UUID
    reference: str
    trn: str | None = field(default=None, repr=False)
    hesa_id: str | None = field(default=None, repr=False)
    date_of_birth: date | None = field(default=None, repr=False)
    has_left: bool = False

    @property
    def has_trn(self) -> bool:
        """Whether there is a TRN of seven digits."""
        return _TRN.fullmatch(self.trn or "") is not None

    @property
    def has_hesa_id(self) -> bool:
        """Whether there is a HESA id of 13 or 17 digits."""
        return _HESA_ID.fullmatch(self.hesa_id or "") is not None

    def is_of_age(self, today: date) -> bool:
        """Whether the date of birth is of somebody whom DfE's register takes for a teacher."""
        return self.date_of_birth is not None and YOUNGEST <= today.year - self.date_of_birth.year <= OLDEST
