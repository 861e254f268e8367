"""Who is calling: the person behind a token, and what they may see."""

from dataclasses import dataclass
from enum import StrEnum

from dispatch.units import Unit


class Role(StrEnum):
    RESIDENT = "resident"
    OFFICER = "officer"
    REPRESENTATIVE = "representative"
    OPERATOR = "operator"
    SUPERVISOR = "supervisor"


CONSOLE_ROLES = frozenset({Role.OPERATOR, Role.SUPERVISOR})


class View(StrEnum):
    """How much of an incident a reader gets. Officers who are only asked get less than those who go."""

    OPERATOR = "operator"
    RESPONDER = "responder"
    ASKED = "asked"
    REPRESENTATIVE = "representative"


VIEW_OF = {
    Role.OFFICER: View.RESPONDER,
    Role.REPRESENTATIVE: View.REPRESENTATIVE,
    Role.OPERATOR: View.OPERATOR,
    Role.SUPERVISOR: View.OPERATOR,
}


@dataclass(frozen=True, slots=True)
class Principal:
    """`areas` are codes of areas or sectors; an operator without any sees the whole city. Officers have a `unit`,
    what they usually travel with, where somebody said so.
    """

    subject: str
    role: Role
    name: str
    areas: tuple[str, ...]
    unit: Unit | None = None

    @property
    def is_at_console(self) -> bool:
        return self.role in CONSOLE_ROLES

    def selectors(self) -> frozenset[str]:
        """The keys under which the journal routes events to this person; empty for residents, who have no live view."""
        match self.role:
            case Role.OPERATOR | Role.SUPERVISOR:
                sectors = {f"op:{code}" for code in self.areas}
                return frozenset(sectors | {"op:none"} if sectors else {"op:*"})
            case Role.REPRESENTATIVE:
                return frozenset(f"rt:{code}" for code in self.areas)
            case Role.OFFICER:
                return frozenset({f"person:{self.subject}"})
            case Role.RESIDENT:
                return frozenset()
