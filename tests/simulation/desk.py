"""The command center: claims, notes, puts together and takes apart, and closes what is done, or open for too long."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dispatch.commands import (
    AddNote,
    ChangePlaces,
    Claim,
    Close,
    OfferTo,
    Release,
    ResumeEscalation,
    StopEscalation,
    Withdraw,
)
from dispatch.duplicates import is_private
from dispatch.incident import Disposition, Incident, Person
from tests.simulation.merging import Merge, Split
from tests.simulation.orders import ToIncident
from tests.simulation.registry import person

if TYPE_CHECKING:
    from tests.simulation.city import City


class Desk:
    def __init__(self, city: City) -> None:
        self._city = city
        self._operators = [person("dewi"), person("agus")]

    def works(self) -> None:
        city = self._city
        for incident_id in list(city.journal.open_ids):
            command = self._chooses(city.journal.current[incident_id])
            if command is not None:
                self._orders(ToIncident(command, incident_id=incident_id))
        self._sorts()
        city.agenda.after(city.dice.uniform(4.0, 12.0), self.works)

    def _orders(self, order: Any) -> None:
        city = self._city
        city.network.request(city.any_node(), order, lambda _: None, lambda: None)

    def _sorts(self) -> None:
        """What belongs together, and what does not, as far as the desk knows; much may change until it is done."""
        journal, dice = self._city.journal, self._city.dice
        shown = [journal.current[incident_id] for incident_id in journal.open_ids]
        if len(shown) > 1 and dice.random() < 0.4:
            self._puts_together(shown)
        several = [one for one in shown if one.alarm_count > 1]
        if several and dice.random() < 0.3:
            self._takes_apart(dice.choice(several))

    def _puts_together(self, shown: list[Incident]) -> None:
        """Mostly what may be put together."""
        dice = self._city.dice
        one = dice.choice(shown)
        fitting = [other for other in shown if other.drill == one.drill and not _is_private(other)]
        into = dice.choice(fitting or shown) if dice.random() < 0.9 else dice.choice(shown)
        self._orders(Merge(one.id, into.id, dice.choice(self._operators)))

    def _takes_apart(self, incident: Incident) -> None:
        journal, dice = self._city.journal, self._city.dice
        operator = dice.choice(self._operators)
        merged = [one.id for one in journal.current.values() if one.merged_into == incident.id]
        if merged and dice.random() < 0.7:
            self._orders(Split(incident.id, operator, merged=dice.choice(merged)))
            return
        keys = [key for key, kept in journal.alarms.items() if kept.incident_id == incident.id]
        chosen = dice.sample(keys, dice.randint(0, len(keys)))
        self._orders(Split(incident.id, operator, alarms=tuple(chosen)))

    def _chooses(self, incident: Incident) -> Any:
        dice = self._city.dice
        operator = dice.choice(self._operators)
        age_s = (self._city.true_now() - incident.opened_at).total_seconds()
        is_done = bool(incident.assignments) and not any(True for _ in incident.open_assignments())
        if dice.random() < (0.4 if is_done else 0.02 if age_s < self._city.patience_s else 0.3):
            return Close(operator, dice.choice(list(Disposition)), "selesai")
        if dice.random() < 0.06:
            return dice.choice([Claim(operator), Release(operator), AddNote(operator, "catatan")])
        return self._overrides(incident, operator) if dice.random() < 0.04 else None

    def _overrides(self, incident: Incident, operator: Person) -> Any:
        dice, reason = self._city.dice, "perlu"
        held = [*(offer.id for offer in incident.open_offers()), *(one.id for one in incident.open_assignments())]
        chosen = dice.choice(list(self._city.officers))
        return dice.choice(
            [
                OfferTo(operator, chosen, reason),
                OfferTo(operator, chosen, reason, dice.choice(held)) if held else None,
                Withdraw(operator, dice.choice(held), reason) if held else None,
                ChangePlaces(operator, dice.randint(1, 3), reason),
                StopEscalation(operator, reason),
                ResumeEscalation(operator, reason),
                ResumeEscalation(operator, reason),
            ]
        )


def _is_private(incident: Incident) -> bool:
    return is_private(incident.kind, silent=incident.silent or incident.duress)
