"""What the health page says of a part, in particular what it does not say."""

from typing import cast

from panic_server.checks import check_push
from panic_server.push.relay import Relay


class Well:
    def degraded(self) -> list[str]:
        return []


def test_a_push_that_goes_out_in_time_is_not_told_of() -> None:
    relay = cast("Relay", Well())
    assert check_push(relay, oldest_s=1.0) == check_push(relay, oldest_s=None)
    assert check_push(relay, oldest_s=12.0).detail == "the oldest waits for 12 s"
