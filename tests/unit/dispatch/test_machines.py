"""What may be asked of an incident is also asked by a state machine, in any order."""

import re
from pathlib import Path
from typing import get_args

from dispatch.commands import Command


def test_every_command_is_tried_by_a_state_machine() -> None:
    """Imported and used."""
    machines = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*_machine.py"))
    names = [command.__name__ for command in get_args(Command)]
    assert [name for name in names if len(re.findall(rf"\b{name}\b", machines)) < 2] == []
