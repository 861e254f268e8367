"""Which phones have pressed for which open incidents, and how often of late. Forgotten with the incident."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from dispatch.policy import Policy

Key = tuple[str, bool]


@dataclass(slots=True)
class Pressing:
    """One phone's open incidents, the newest last, and its presses since `since`."""

    incidents: list[str] = field(default_factory=list)
    count: int = 0
    since: datetime | None = None


class Phones:
    """Exercises and emergencies of one phone are kept apart."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._window = timedelta(seconds=policy.flood_window_s)
        self._pressing: dict[Key, Pressing] = {}
        self._keys_of: dict[str, set[Key]] = {}

    def add(self, device: str, incident_id: str, *, drill: bool) -> None:
        """The phone is part of the incident."""
        key = (device, drill)
        keys = self._keys_of.setdefault(incident_id, set())
        if key not in keys:
            keys.add(key)
            self._pressing.setdefault(key, Pressing()).incidents.append(incident_id)

    def remove(self, device: str, incident_id: str, *, drill: bool) -> None:
        """The phone's alarms were taken out of the incident."""
        key = (device, drill)
        keys = self._keys_of.get(incident_id, set())
        if key in keys:
            keys.remove(key)
            self._forget(key, incident_id)

    def _forget(self, key: Key, incident_id: str) -> None:
        pressing = self._pressing[key]
        pressing.incidents.remove(incident_id)
        if not pressing.incidents:
            del self._pressing[key]

    def drop(self, incident_id: str) -> set[Key]:
        """The incident is closed; returns the phones that were part of it."""
        keys = self._keys_of.pop(incident_id, set())
        for key in keys:
            self._forget(key, incident_id)
        return keys

    def of(self, incident_id: str) -> set[str]:
        """All that are part of it."""
        return {device for device, _ in self._keys_of.get(incident_id, ())}

    def incidents_of(self, device: str, *, drill: bool) -> Sequence[str]:
        """The newest first."""
        pressing = self._pressing.get((device, drill))
        return pressing.incidents[::-1] if pressing else ()

    def is_part_of(self, device: str, incident_id: str, *, drill: bool) -> bool:
        return (device, drill) in self._keys_of.get(incident_id, ())

    def floods(self, device: str, now: datetime, *, drill: bool) -> bool:
        """Counts one more press of a phone that has an open incident; True when that is a flood."""
        pressing = self._pressing.get((device, drill))
        if pressing is None:
            return False
        if pressing.since is None or now - pressing.since > self._window:
            pressing.since, pressing.count = now, 0
        pressing.count += 1
        return pressing.count > self._policy.flood_presses
