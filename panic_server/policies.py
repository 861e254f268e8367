"""The policy in force: read from its file at start, and again whenever the file changes.

A file with a mistake never takes the place of a good one. At a start the one that decided last is in force instead,
from the journal. What is wrong is on the health page until it is mended.
"""

import asyncio
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Protocol, Self

import structlog

from dispatch.policy import Policy
from dispatch.policy_text import PolicyInvalid, read_policy
from panic_server.journal.port import JournalUnavailable
from panic_server.wire.shapes import Component

log = structlog.get_logger(__name__)

SHIPPED = "policy.toml"


class Shelf(Protocol):
    """Where policies are kept: `journal/policies.py`. Both raise JournalUnavailable."""

    async def keep(self, version: str, text: str) -> None:
        """It comes into force now."""

    async def texts(self) -> Sequence[str]:
        """The one that came into force last leads."""


def shipped_text() -> str:
    """The policy that comes with Kentongan, for cities to copy and change."""
    return files("panic_server").joinpath(SHIPPED).read_text(encoding="utf-8")


def load_policy(path: Path | None) -> Policy:
    """From a city's own file, or the shipped one. Raises PolicyInvalid."""
    return read_policy(policy_text(path))


def policy_text(path: Path | None) -> str:
    """Raises PolicyInvalid."""
    if path is None:
        return shipped_text()
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise PolicyInvalid([f"cannot be read: {error.strerror}"]) from None
    except UnicodeDecodeError:
        raise PolicyInvalid(["is not written in UTF-8"]) from None


class PolicyInForce:
    """Hand this around and read `current` anew for each decision."""

    def __init__(
        self, policy: Policy, path: Path | None = None, mistakes: Sequence[str] = (), text: str | None = None
    ) -> None:
        """`path` is the file to watch; without one the policy stays as it is. `text` is what it was read from."""
        self.current = policy
        self._path = path
        self._text = text
        self._shelf: Shelf | None = None
        self._mark: tuple[int, int, int] | None = None
        self._mistakes = mistakes

    @classmethod
    def of_file(cls, path: Path | None) -> Self:
        """A server starts whatever is in the file: with mistakes in it the shipped policy holds, until `keep_on`."""
        try:
            text = policy_text(path)
            return cls(read_policy(text), path, text=text)
        except PolicyInvalid as error:
            log.warning("policy.invalid", path=str(path), mistakes=error.mistakes)
            return cls(load_policy(None), path, error.mistakes, shipped_text())

    async def keep_on(self, shelf: Shelf) -> None:
        """Each policy is kept there before it decides anything: the present one now.

        Where the file had mistakes at the start, the present one is what decided last. Raises JournalUnavailable.
        """
        self._shelf = shelf
        if self._mistakes:
            self._take_last(await shelf.texts())
        if self._text is not None:
            await shelf.keep(self.current.version, self._text)

    def _take_last(self, texts: Sequence[str]) -> None:
        """The first that this program can read; without one the present policy stays."""
        for text in texts:
            try:
                self.current, self._text = read_policy(text), text
            except PolicyInvalid as error:
                log.warning("policy.kept_is_invalid", mistakes=error.mistakes)
            else:
                return

    async def look(self) -> bool:
        """Reads the file again when it has changed; True when another policy is in force now.

        What cannot be kept does not come into force, and is tried again.
        """
        if self._path is None:
            return False
        mark = await asyncio.to_thread(_mark_of, self._path)
        if mark == self._mark:
            return False
        try:
            text = await asyncio.to_thread(policy_text, self._path)
            policy = read_policy(text)
        except PolicyInvalid as error:
            self._mark, self._mistakes = mark, error.mistakes
            log.warning("policy.invalid", path=str(self._path), mistakes=error.mistakes)
            return False
        if policy != self.current and not await self._is_kept(policy, text):
            return False
        self._mark, self._mistakes = mark, []
        if policy == self.current:
            return False
        self.current = policy
        log.info("policy.in_force", version=policy.version)
        return True

    async def _is_kept(self, policy: Policy, text: str) -> bool:
        if self._shelf is None:
            return True
        try:
            await self._shelf.keep(policy.version, text)
        except JournalUnavailable as error:
            self._mistakes = [f"{policy.version} cannot be kept: {error}"]
            return False
        return True

    def check(self) -> Component:
        if self._mistakes:
            detail = f"{self.current.version} stays in force: {'; '.join(self._mistakes)}"
            return Component("policy", ok=False, detail=detail)
        return Component("policy", ok=True, detail=self.current.version)


def _mark_of(path: Path) -> tuple[int, int, int] | None:
    """Changes with every change of the file; None while there is none, as for a moment when an editor replaces it."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_ino, stat.st_mtime_ns, stat.st_size
