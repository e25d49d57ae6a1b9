"""The kept record of each merged record, and the successor of each closed school."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Identities:
    """The kept record by merged record, and the successor by URN of a closed school."""

    kept: Mapping[UUID, UUID] = field(default_factory=dict)
    successors: Mapping[str, str] = field(default_factory=dict)

    def person(self, person_id: UUID) -> UUID:
        """Return the id of a person's kept record."""
        return self.kept.get(person_id, person_id)

    def school(self, urn: str) -> str:
        """Return the URN of the last successor of a school, or its own."""
        *_, last = self._schools_from(urn)
        return last

    def name(self, name: str) -> str:
        """Resolve a text that is a person's id or a school's URN, as `person` or `school` does."""
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
