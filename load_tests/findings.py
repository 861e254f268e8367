"""What the checker found wrong, counted by kind, with the first few of each in words."""

from collections import Counter
from dataclasses import dataclass, field

SHOWN = 5


@dataclass(slots=True)
class Findings:
    """`lost`, `duplicated`, `disordered` and `stray` (to somebody whom it does not concern) must all stay 0."""

    counts: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)

    def add(self, kind: str, sentence: str, count: int = 1) -> None:
        if count <= 0:
            return
        self.counts[kind] += count
        shown = self.examples.setdefault(kind, [])
        if len(shown) < SHOWN:
            shown.append(sentence)

    def lost(self, sentence: str, count: int = 1) -> None:
        self.add("lost", sentence, count)

    def duplicated(self, sentence: str, count: int = 1) -> None:
        self.add("duplicated", sentence, count)

    def disordered(self, sentence: str) -> None:
        self.add("disordered", sentence)

    def stray(self, sentence: str, count: int = 1) -> None:
        self.add("stray", sentence, count)

    @property
    def is_clean(self) -> bool:
        return not self.counts

    def lines(self) -> list[str]:
        return [f"{kind}: {sentence}" for kind, sentences in self.examples.items() for sentence in sentences]
