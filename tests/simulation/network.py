"""The mobile network: slow, lossy, and it delivers twice. A request is answered, or fails after a while."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.simulation.city import City
    from tests.simulation.node import Node

TIMEOUT_S = 5.0


class Network:
    """`weather` is how bad it is: 0 loses nothing."""

    def __init__(self, city: City) -> None:
        self._city = city
        self.weather = city.dice.choice([0.0, 0.05, 0.3])

    def delay_s(self) -> float:
        dice = self._city.dice
        return dice.uniform(0.02, 0.2) if dice.random() >= self.weather else dice.uniform(0.2, 8.0)

    def _loses(self) -> bool:
        return self._city.dice.random() < self.weather / 2

    def request(
        self, node: Node, order: Any, on_answer: Callable[[Any], object], on_failure: Callable[[], object]
    ) -> None:
        """`on_answer` or `on_failure` is called once, and after a failure nobody knows whether it was done."""
        is_over = False

        def answered(answer: Any) -> None:
            if not self._loses():
                self._city.agenda.after(self.delay_s(), lambda: arrives(answer))

        def arrives(answer: Any) -> None:
            nonlocal is_over
            if not is_over:
                is_over = True
                on_answer(answer)

        def gives_up() -> None:
            nonlocal is_over
            if not is_over:
                is_over = True
                on_failure()

        for _ in range(2 if self._city.dice.random() < self.weather / 3 else 1):
            if not self._loses():
                self._city.agenda.after(self.delay_s(), lambda: node.submit(order, answered))
        self._city.agenda.after(TIMEOUT_S, gives_up)

    def request_until_answered(self, order: Any, on_answer: Callable[[Any], object]) -> None:
        """Goes to any node, and to any node again after a failure."""

        def fails() -> None:
            self._city.agenda.after(self._city.dice.uniform(0.1, 3.0), again)

        def again() -> None:
            self.request(self._city.any_node(), order, on_answer, fails)

        again()

    def push(self, deliver: Callable[[], object]) -> None:
        """Google's yes is not delivery."""
        for _ in range(2 if self._city.dice.random() < self.weather / 3 else 1):
            if not self._loses():
                self._city.agenda.after(self.delay_s(), deliver)
