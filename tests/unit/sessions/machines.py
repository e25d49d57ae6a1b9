"""What the state machines share: a decider that answers as a plain model does, in one of three words."""

from functools import reduce
from typing import Any, Literal

from hypothesis.stateful import RuleBasedStateMachine

from shared.kernel.decider import Command, Decider, DomainError
from tests.support.given import NOW

Answer = Literal["done", "nothing new", "refused"]
"""What becomes of a command: it emits events, it emits none, or it is refused."""


class DeciderMachine(RuleBasedStateMachine):
    """A machine with an aggregate of a decider; its subclass has the plain model beside it."""

    decider: Decider[Any, Any, Any]

    def __init__(self) -> None:
        super().__init__()
        self.state: Any = self.decider.initial()

    def do(self, command: Command) -> Answer:
        """Decide a command and apply its events."""
        try:
            events = self.decider.decide(command, self.state, NOW)
        except DomainError:
            return "refused"
        self.state = reduce(self.decider.evolve, events, self.state)
        return "done" if events else "nothing new"
