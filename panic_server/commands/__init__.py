"""What the command line does, a file per command. Each `run` returns the exit status and imports late what is slow."""


class Stop(Exception):
    """The command cannot go on; `lines` tell the person at the terminal why, and what to do."""

    def __init__(self, *lines: str, status: int = 1) -> None:
        super().__init__(*lines)
        self.lines = lines
        self.status = status
