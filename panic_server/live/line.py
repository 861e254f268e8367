"""The way to one client: the port that `uvicorn_line.LiveProtocol` is."""

from typing import Protocol

from panic_server.live.frames import Frame


class Line(Protocol):
    """Frames go out in the order in which they were given, whichever of the two ways they go."""

    def try_write(self, frame: Frame) -> bool:
        """Writes at once if the client keeps up. False: nothing was written, `write` has to wait."""

    async def write(self, frame: Frame) -> None:
        """Returns when the client has room for more. Raises OSError when it is gone."""

    def close(self, code: int) -> None:
        """Does not wait for a client that does not read."""
