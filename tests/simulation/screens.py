"""A console's screen: follows the journal over a connection that breaks, and resumes where it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.simulation.node import Node

if TYPE_CHECKING:
    from tests.simulation.city import City


class Screen:
    """`position` is what it has received up to; `_sent` what the node has put on the line."""

    def __init__(self, city: City, name: str) -> None:
        self._city = city
        self._name = name
        self._node: Node | None = None
        self._line = 0
        self._sent = 0
        self._free_us = 0
        self.position = 0

    def connects(self) -> None:
        node = self._city.any_node()
        if not node.is_up:
            self._city.agenda.after(1.0, self.connects)
            return
        self._node = node
        self._line += 1
        self._sent = self.position
        node.screens.append(self)
        self.is_told_up_to(node.seen)

    def loses_connection(self) -> None:
        """What is on the line is gone."""
        if self._node is not None:
            self._node.screens.remove(self)
            self._node = None
            self._line += 1
            self._city.agenda.after(self._city.dice.uniform(0.1, 5.0), self.connects)

    def is_told_up_to(self, seq: int) -> None:
        """One range, in order on one connection."""
        if seq <= self._sent:
            return
        first, self._sent = self._sent + 1, seq
        incident_of = self._city.journal.incident_of
        seqs = [number for number in range(first, seq + 1) if incident_of[number] is not None]
        if self._city.core.drops_events and self._city.dice.random() < 0.02:
            seqs = seqs[:-1]
        line = self._line
        delay_us = round(self._city.dice.uniform(0.005, 0.3) * 1_000_000)
        self._free_us = max(self._free_us, self._city.agenda.now_us + delay_us)
        self._city.agenda.at(self._free_us, lambda: self._receives(line, first, seq, seqs))

    def _receives(self, line: int, first: int, last: int, seqs: list[int]) -> None:
        if line == self._line:
            self.position = last
            self._city.trace.note("frame", screen=self._name, first=first, last=last, seqs=seqs)
