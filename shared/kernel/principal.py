"""The person who sends a request, as commands, queries and policies see them."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Principal:
    """The person who sends a request: opaque id, tenant (partnership), roles, and the schools (URNs) for which they
    act.
    """

    subject: str
    tenant: str
    roles: frozenset[str]
    schools: frozenset[str] = field(default_factory=frozenset)

    def has(self, *roles: str) -> bool:
        """Whether the person has at least one of these roles."""
        return not self.roles.isdisjoint(roles)


def is_tenant(name: str) -> bool:
    """Whether a text can be the name of a partnership: letters without accents, digits and hyphens."""
    return name.isascii() and name.replace("-", "").isalnum()
