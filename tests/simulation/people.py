"""Who lives and works in the simulated city, and what their phones do: press, answer, report, repeat, and die."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from dispatch.commands import (
    AcceptOffer,
    AnswerNews,
    CancelAlarm,
    ChangeAssignment,
    DeclineOffer,
    MoveAlarm,
    ReceiveNews,
    ReceiveOffer,
)
from dispatch.effects import PushIntent
from dispatch.incident import AssignmentStatus, Kind, PinMeaning
from geo.position import Position
from tests.simulation.ground import SIZE_M, Spot
from tests.simulation.orders import Answer, Duty, Press, ToIncident
from tests.simulation.trace import plain

if TYPE_CHECKING:
    from tests.simulation.city import City

POLL_S = 20.0


class Resident:
    def __init__(self, city: City, name: str) -> None:
        self._city = city
        self.name = name
        self._followed: dict[str, None] = {}

    def presses(self) -> None:
        """And perhaps again, under the same id or a new one."""
        press = self._press()
        self._sends(press)
        dice = self._city.dice
        if dice.random() < 0.1:
            self._city.agenda.after(dice.uniform(0.0, 30.0), lambda: self._sends(press))
        if dice.random() < 0.1:
            changed = replace(press, kind=Kind.FIRE)
            self._city.agenda.after(dice.uniform(0.5, 30.0), lambda: self._sends(changed))
        if dice.random() < 0.15:
            self._city.agenda.after(dice.uniform(0.5, 90.0), self.presses)

    def _press(self) -> Press:
        dice, now = self._city.dice, self._city.true_now()
        spot = Spot(dice.uniform(0, SIZE_M), dice.uniform(0, SIZE_M))
        position = None if dice.random() < 0.05 else Position(spot.lat, spot.lon, dice.choice([5.0, 50.0, None]), now)
        kind = dice.choice(list(Kind))
        silent, drill = dice.random() < 0.1, dice.random() < (0.4 if self._city.is_exercising else 0.05)
        return Press(self._city.new_id(), self.name, kind, position, now, silent, drill)

    def _sends(self, press: Press) -> None:
        """Through both nodes at once when the phone is impatient."""
        self._city.trace.note("press", us=self._city.agenda.now_us, press=plain(press))
        for _ in range(2 if self._city.dice.random() < 0.05 else 1):
            self._city.network.request_until_answered(press, lambda answer: self._is_answered(press, answer))

    def _is_answered(self, press: Press, answer: Answer) -> None:
        self._city.trace.note(
            "accepted", us=self._city.agenda.now_us, device=press.device, id=press.id, incident=answer.incident_id
        )
        if answer.incident_id is None or press.id in self._followed:
            return
        self._followed[press.id] = None
        dice = self._city.dice
        for _ in range(dice.choice([0, 0, 1, 3])):
            self._city.agenda.after(dice.uniform(1.0, 60.0), lambda: self._moves(press))
        if dice.random() < 0.08:
            pin = dice.choice(list(PinMeaning))
            self._city.agenda.after(dice.uniform(1.0, 60.0), lambda: self._cancels(press, pin))

    def _moves(self, press: Press) -> None:
        """A fix of now goes out now, or much later, behind newer ones."""
        dice = self._city.dice
        fix = self._somewhere()
        order = ToIncident(MoveAlarm(press.id, press.device, (fix,)), alarm=(press.device, press.id))
        late_s = dice.choice([0.0, dice.uniform(0.0, 60.0)])
        send = self._city.network.request_until_answered
        self._city.agenda.after(late_s, lambda: send(order, lambda _: None))

    def _somewhere(self) -> Position:
        dice = self._city.dice
        spot = Spot(dice.uniform(0, SIZE_M), dice.uniform(0, SIZE_M))
        return Position(spot.lat, spot.lon, 20.0, self._city.true_now())

    def _cancels(self, press: Press, pin: PinMeaning) -> None:
        order = ToIncident(CancelAlarm(press.id, press.device, pin), alarm=(press.device, press.id))
        self._city.network.request_until_answered(order, lambda _: None)


class Witness(Resident):
    """One of many who see the same fire; whoever it was that pressed first, it stays where it burns."""

    def __init__(self, city: City, name: str, fire: Spot) -> None:
        super().__init__(city, name)
        self._fire = fire

    def _press(self) -> Press:
        now = self._city.true_now()
        return Press(self._city.new_id(), self.name, Kind.FIRE, self._somewhere(), now, silent=False, drill=False)

    def _somewhere(self) -> Position:
        dice = self._city.dice
        spot = Spot(self._fire.x_m + dice.uniform(-15.0, 15.0), self._fire.y_m + dice.uniform(-15.0, 15.0))
        return Position(spot.lat, spot.lon, 5.0, self._city.true_now())


class Officer:
    """`temper` says how often the officer accepts; a dead phone hears and says nothing."""

    def __init__(self, city: City, name: str) -> None:
        self._city = city
        self.name = name
        self.temper = city.dice.choice([0.2, 0.5, 0.9])
        self.is_dead = False
        self._known: dict[str, None] = {}

    def starts(self) -> None:
        self._goes(on_duty=True)
        self._polls()

    def _goes(self, *, on_duty: bool) -> None:
        self._city.network.request_until_answered(Duty(self.name, on_duty), lambda _: None)

    def changes_duty(self) -> None:
        self._goes(on_duty=False)
        self._city.agenda.after(self._city.dice.uniform(5.0, 120.0), lambda: self._goes(on_duty=True))

    def dies(self) -> None:
        self.is_dead = True
        self._city.agenda.after(self._city.dice.uniform(20.0, 200.0), self.revives)

    def revives(self) -> None:
        self.is_dead = False

    def moves(self) -> None:
        dice = self._city.dice
        self._city.where[self.name] = Spot(dice.uniform(0, SIZE_M), dice.uniform(0, SIZE_M))

    def _polls(self) -> None:
        """The page asks for open offers now and then: pushes get lost."""
        for offer_id in self._city.open_offers_of(self.name):
            self.hears_of(offer_id)
        self._city.agenda.after(POLL_S, self._polls)

    def hears_of(self, offer_id: str) -> None:
        if self.is_dead or offer_id in self._known:
            return
        self._known[offer_id] = None
        dice = self._city.dice
        self._sends(ReceiveOffer(offer_id, self.name), offer_id)
        mood = dice.random()
        if mood < self.temper:
            self._city.agenda.after(dice.uniform(0.5, 12.0), lambda: self._accepts(offer_id))
        elif mood < self.temper + 0.3:
            self._city.agenda.after(dice.uniform(0.5, 12.0), lambda: self._declines(offer_id))

    def _sends(self, command: Any, offer_id: str) -> None:
        self._city.network.request_until_answered(ToIncident(command, offer_id=offer_id), lambda _: None)

    def _declines(self, offer_id: str) -> None:
        self._sends(DeclineOffer(offer_id, self.name), offer_id)

    def _accepts(self, offer_id: str) -> None:
        order = ToIncident(AcceptOffer(offer_id, self.name), offer_id=offer_id)
        for _ in range(2 if self._city.dice.random() < 0.1 else 1):
            self._city.network.request_until_answered(order, lambda answer: self._has_answer(offer_id, answer))

    def _has_answer(self, offer_id: str, answer: Answer) -> None:
        self._city.trace.note(
            "answered",
            us=self._city.agenda.now_us,
            officer=self.name,
            offer=offer_id,
            error=answer.error,
            refused_us=answer.refused_us,
        )
        if answer.error is None:
            self._travels(offer_id)

    def _travels(self, offer_id: str) -> None:
        """Each report goes out when it is due, arrives when it arrives, and may come again much later."""
        dice = self._city.dice
        at_s = 0.0
        for status in AssignmentStatus:
            at_s += dice.uniform(1.0, 60.0)
            # Some arrive without ever having been told to be on the way, and some turn back.
            if dice.random() < 0.1:
                continue
            for _ in range(1 + (dice.random() < 0.3)):
                late_s = dice.choice([0.0, 0.0, dice.uniform(0.0, 90.0)])
                self._city.agenda.after(at_s, partial(self._reports, offer_id, status, late_s))
        if dice.random() < 0.1:
            # A step that was reported by mistake.
            status = dice.choice([AssignmentStatus.EN_ROUTE, AssignmentStatus.ON_SCENE])
            self._city.agenda.after(dice.uniform(20.0, 150.0), partial(self._reports, offer_id, status, 0.0, True))

    def _reports(self, offer_id: str, status: AssignmentStatus, late_s: float, correction: bool = False) -> None:
        """With the phone's own time of now, however late it arrives."""
        change = ChangeAssignment(offer_id, self.name, status, correction, self._city.true_now())
        order = ToIncident(change, offer_id=offer_id)

        def heard(answer: Answer) -> None:
            self._is_heard(change, answer)

        self._city.agenda.after(late_s, lambda: self._city.network.request_until_answered(order, heard))

    def _is_heard(self, change: ChangeAssignment, answer: Answer) -> None:
        if answer.error is None:
            self._city.trace.note(
                "heard",
                us=self._city.agenda.now_us,
                assignment=change.assignment_id,
                status=change.status.value,
                reported_at=change.reported_at,
            )


class Neighbour:
    """Representatives: some phones say that the news came, and some people whether they come."""

    def __init__(self, city: City) -> None:
        self._city = city

    def hears_of(self, push: PushIntent, incident_id: str) -> None:
        mood = self._city.dice.random()
        if mood < 0.6:
            self._sends(ReceiveNews(push.recipient), incident_id)
        if mood < 0.3:
            answer = AnswerNews(push.recipient, self._city.dice.random() < 0.5)
            self._city.agenda.after(self._city.dice.uniform(1.0, 60.0), lambda: self._sends(answer, incident_id))

    def _sends(self, command: Any, incident_id: str) -> None:
        self._city.network.request_until_answered(ToIncident(command, incident_id=incident_id), lambda _: None)
