"""Everything that a request handler may need, built once by `app.py` and handed around as one value."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from panic_server.clock import Clock

if TYPE_CHECKING:
    from panic_server.bus.port import Bus
    from panic_server.drills import DrillMaster
    from panic_server.duty.board import DutyBoard
    from panic_server.health import Health
    from panic_server.journal.queries import Reader
    from panic_server.journal.reading import Accounts, Queries
    from panic_server.journal.writer import Writer
    from panic_server.live.hub import Hub
    from panic_server.maps import Maps
    from panic_server.metrics import Metrics
    from panic_server.pins import PinHashes
    from panic_server.policies import PolicyInForce
    from panic_server.settings import Settings


@dataclass(frozen=True, slots=True)
class Services:
    """`writer.submit(order)` is the one door to change; `queries` reads; `maps.current` is the AreaMap in force."""

    settings: "Settings"
    clock: Clock
    policies: "PolicyInForce"
    writer: "Writer"
    queries: "Queries"
    accounts: "Accounts"
    maps: "Maps"
    board: "DutyBoard"
    bus: "Bus"
    hub: "Hub"
    health: "Health"
    metrics: "Metrics"
    pins: "PinHashes"
    reader: "Reader"
    drills: "DrillMaster"
