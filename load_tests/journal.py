"""What the journal holds, as an operator can read it over HTTP: the check's other side."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Protocol

AT_ONCE = 200
_OFFERING = frozenset({"incident_opened", "alarm_joined", "offers_made"})


class Operator(Protocol):
    """Asks the server as an operator."""

    def get(self, path: str) -> Any: ...

    def get_all(self, paths: Sequence[str]) -> list[Any]: ...


@dataclass(frozen=True, slots=True)
class Offered:
    """To whom an offer was made, by which event, and whether an incident's first alarm brought it about."""

    officer: str
    seq: int
    is_first: bool


@dataclass(frozen=True, slots=True)
class Worked:
    """An incident as the journal has it. Unless it `is_whole` not all of its alarms and offers are known.

    `told` has for each person the event by which they were told; None where that is not known.
    """

    incident_id: str
    is_whole: bool
    alarms: tuple[str, ...]
    offers: dict[str, Offered]
    told: dict[str, int | None]


def read_journal(operator: Operator, rng: Random, *, whole: int) -> list[Worked]:
    """All incidents; up to `whole` of them, chosen by chance when there are more, with alarms and whole timeline."""
    items = list(_items(operator))
    ids = [item["id"] for item in items]
    chosen = ids if len(ids) <= whole else rng.sample(ids, whole)
    details: list[Worked] = []
    for start in range(0, len(chosen), AT_ONCE):
        paths = [f"/v1/incidents/{one}" for one in chosen[start : start + AT_ONCE]]
        details += map(read_detail, operator.get_all(paths))
    known = {one.incident_id for one in details}
    return details + [read_item(item) for item in items if item["id"] not in known]


def _items(operator: Operator) -> Iterator[dict[str, Any]]:
    cursor = ""
    while True:
        page = operator.get(f"/v1/incidents?limit={AT_ONCE}{cursor}")
        yield from page["items"]
        if page["next"] is None:
            return
        cursor = f"&after={page['next']}"


def read_detail(detail: dict[str, Any]) -> Worked:
    made = [entry for entry in detail["timeline"] if entry["kind"] in _OFFERING]
    offers = {
        offer["id"]: Offered(offer["officer"]["id"], entry["seq"], entry["kind"] == "incident_opened")
        for entry in made
        for offer in entry["data"]["offers"]
    }
    incident = detail["incident"]
    alarms = tuple(alarm["id"] for alarm in detail["alarms"])
    # Of very many alarms the server shows the last ones, and of the timeline as well.
    is_whole = len(alarms) == incident["alarm_count"] and detail["timeline"][0]["kind"] == "incident_opened"
    since = {one["person"]["id"]: entry["seq"] for entry in made for one in entry["data"].get("told", ())}
    told = {person: since.get(person) for person in _told(incident)}
    return Worked(incident["id"], is_whole, alarms, offers, told)


def read_item(incident: dict[str, Any]) -> Worked:
    return Worked(incident["id"], False, (), {}, dict.fromkeys(_told(incident)))


def _told(incident: dict[str, Any]) -> list[str]:
    return [one["person"]["id"] for one in incident["told"]]
