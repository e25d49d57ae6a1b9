"""How a school is named: by the URN of the register, or by the code that a host without one has in its place.

The code is `H` and six digits, so that it is neither a URN nor the first part of a postcode. Whatever hosts mentors and
trainees is named by one of the two, everywhere, and all that is said of a school holds for such a host.
"""

import re
from typing import Annotated

from pydantic import Field

HOST_CODE = r"H[0-9]{6}"
URN = rf"^(?:[0-9]{{6}}|{HOST_CODE})$"
_URN = re.compile(URN)

Urn = Annotated[str, Field(pattern=URN, examples=["100001"])]
"""The URN of a school, six digits, or the code of a host without a URN: `H` and six digits."""
HostCode = Annotated[str, Field(pattern=rf"^{HOST_CODE}$", examples=["H200001"])]
"""The code of a host without a URN."""


def is_urn(text: str) -> bool:
    """Whether a text is the URN of a school or the code of a host without one."""
    return _URN.match(text) is not None and not text.endswith("\n")
