"""Which record stands for a merged record of a person, and which school for a closed one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Identities:
    """The kept record by merged record, and the successor by URN of a closed school."""

    kept: Mapping[UUID, UUID] = field(default_factory=dict)
    successors: Mapping[str, str] = field(default_factory=dict)

    def person(self, person_id: UUID) -> UUID:
        """The id of the record that stands for a person's."""
        return self.kept.get(person_id, person_id)

    def school(self, urn: str) -> str:
        """The school itself, or the last of its successors."""
        *_, last = self._schools_from(urn)
        return last

    def name(self, name: str) -> str:
        """The same for a text that is a person's id or a school's URN."""
        try:
            return str(self.person(UUID(name)))
        except ValueError:
            return self.school(name)

    def _schools_from(self, urn: str) -> Iterator[str]:
        seen: set[str] = set()
        following: str | None = urn
        while following is not None and following not in seen:
            seen.add(following)
            yield following
            following = self.successors.get(following)
