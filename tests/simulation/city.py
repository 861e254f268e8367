"""A city for one seed: its nodes, people and network, what befalls them, and the calm in which all must settle."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from uuid import UUID

from dispatch.effects import PushIntent, PushKind
from dispatch.incident import OPEN_OFFERS_MAX
from dispatch.policy import Policy
from tests.simulation.agenda import SECOND, Agenda
from tests.simulation.core import TRUE_CORE, Core
from tests.simulation.desk import Desk
from tests.simulation.exercises import Exercise
from tests.simulation.ground import SIZE_M, Spot
from tests.simulation.journal import Journal
from tests.simulation.network import Network
from tests.simulation.node import START, Crash, Node
from tests.simulation.people import Neighbour, Officer, Resident, Witness
from tests.simulation.screens import Screen
from tests.simulation.trace import Trace

STORM_S = 300.0
CALM_S = 120.0
HOUR_US = 3600 * SECOND


class City:
    """`incidents` of them are opened by presses during the storm. Everything follows from the seed."""

    def __init__(self, seed: int, *, incidents: int, core: Core = TRUE_CORE) -> None:
        self.seed = seed
        self.core = core
        self.dice = random.Random(seed)
        self.agenda = Agenda()
        self.trace = Trace()
        self.journal = Journal()
        self.policy = Policy()
        self.machine_off_us = 0
        self.map_version = 1
        self.where: dict[str, Spot] = {}
        self.network = Network(self)
        self.patience_s = 150.0
        # A bug that only a crash in one moment brings to light is looked for where crashes are frequent.
        self._crash_rate = 0.03 if core.answers_early else self.dice.choice([0.0, 0.002, 0.01, 0.03])
        # Two machines keep their clocks within a fraction of a second, as NTP does; one alone may be set at any time.
        skews = self.dice.choice([[0], [0, 300_000], [0, -200_000]])
        self.nodes = [Node(self, name, skew) for name, skew in zip("ab", skews, strict=False)]
        self.officers = {name: Officer(self, name) for name in self._names("petugas", self.dice.randint(2, 10))}
        self._residents: list[Resident] = [Resident(self, name) for name in self._names("warga", incidents)]
        self._residents += self._witnesses()
        self._exercises = [Exercise(self, number) for number in range(self.dice.randint(0, 2))]
        self._neighbour = Neighbour(self)
        self._screens = [Screen(self, name) for name in self._names("layar", 2)]

    def _witnesses(self) -> list[Witness]:
        """Of a fire or two, or of none. They press besides everybody else, and most of them join."""
        dice = self.dice
        fires = [Spot(dice.uniform(0, SIZE_M), dice.uniform(0, SIZE_M)) for _ in range(dice.randint(0, 2))]
        crowds = [dice.randint(3, 12) for _ in fires]
        return [
            Witness(self, f"saksi-{number}-{one}", fire)
            for number, (fire, crowd) in enumerate(zip(fires, crowds, strict=True))
            for one in range(crowd)
        ]

    def _names(self, word: str, count: int) -> list[str]:
        return [f"{word}-{number}" for number in range(count)]

    def run(self) -> Trace:
        self._begin()
        self.agenda.run(round(STORM_S * SECOND))
        self._calm_down()
        self.agenda.run(round((STORM_S + CALM_S) * SECOND))
        self._end()
        return self.trace

    def _begin(self) -> None:
        self._note_policy()
        self.trace.note("map", us=0, version=1)
        for node in self.nodes:
            node.starts()
        for officer in self.officers.values():
            officer.moves()
            officer.starts()
        for screen in self._screens:
            screen.connects()
        for resident in self._residents:
            self.agenda.after(self.dice.uniform(1.0, STORM_S * 0.9), resident.presses)
        for exercise in self._exercises:
            self.agenda.after(self.dice.uniform(5.0, STORM_S / 2), exercise.begins)
        Desk(self).works()
        self._troubles()

    def _note_policy(self) -> None:
        """What was agreed: in four seconds an offer's receipt, in ten a claim, in half a minute the news' receipt."""
        policy, usual = self.policy, self.policy.usual
        self.trace.note(
            "policy",
            offers_max=policy.max_open_offers,
            standing_max=OPEN_OFFERS_MAX,
            news_s=policy.news_receipt_s,
            receipt_s=usual.receipt_s,
            claim_s=list(usual.claim_s),
        )

    def _troubles(self) -> None:
        """One after the other, for as long as the storm lasts."""
        if self.agenda.now_us >= STORM_S * SECOND:
            return
        dice = self.dice
        officer = dice.choice(list(self.officers.values()))
        trouble = dice.choice(
            [
                lambda: dice.choice(self.nodes).freezes(dice.uniform(0.5, 30.0)),
                lambda: self._machine_is_set(dice.choice([-HOUR_US, 0, HOUR_US])),
                officer.dies,
                officer.dies,
                officer.changes_duty,
                officer.moves,
                dice.choice(self._screens).loses_connection,
                self._map_changes,
            ]
        )
        trouble()
        self.agenda.after(dice.uniform(2.0, 30.0), self._troubles)

    def _machine_is_set(self, off_us: int) -> None:
        """Its clock jumps; a node notices only when it starts. Nodes on two machines are not set apart by an hour."""
        if len(self.nodes) == 1:
            self.machine_off_us = off_us

    def _map_changes(self) -> None:
        self.map_version += 1
        self.trace.note("map", us=self.agenda.now_us, version=self.map_version)

    def _calm_down(self) -> None:
        """Nothing breaks any more and nobody closes an incident only because it is old."""
        self.network.weather = 0.0
        self._crash_rate = 0.0
        self.patience_s = float("inf")
        for officer in self.officers.values():
            officer.revives()

    def _end(self) -> None:
        self.trace.note(
            "end",
            us=self.agenda.now_us,
            now={node.name: node.now() for node in self.nodes},
            seq=self.journal.seq,
            states={incident_id: state.decode() for incident_id, state in self.journal.states.items()},
            alarms=[(device, alarm_id, kept.incident_id) for (device, alarm_id), kept in self.journal.alarms.items()],
            screens={f"layar-{number}": screen.position for number, screen in enumerate(self._screens)},
        )

    # What its parts ask of it.

    def true_now(self) -> datetime:
        return START + timedelta(microseconds=self.agenda.now_us)

    def new_id(self) -> str:
        return str(UUID(int=self.dice.getrandbits(128), version=4))

    @property
    def is_exercising(self) -> bool:
        return any(exercise.is_running for exercise in self._exercises)

    def any_node(self) -> Node:
        return self.dice.choice(self.nodes)

    def next_crash(self) -> Crash | None:
        return self.dice.choice(list(Crash)) if self.dice.random() < self._crash_rate else None

    def bus_wakes(self, sender: Node) -> None:
        """A word to the others, which Redis may lose."""
        for node in self.nodes:
            if node is not sender and self.dice.random() < 0.8:
                self.agenda.after(self.dice.uniform(0.001, 0.05), node.hears_of_news)

    def delivers(self, push: PushIntent, incident_id: str) -> None:
        if push.kind is PushKind.OFFER and push.offer_id is not None:
            officer, offer_id = self.officers[push.recipient], push.offer_id
            self.network.push(lambda: officer.hears_of(offer_id))
        elif push.kind is PushKind.NEIGHBOURHOOD:
            self.network.push(lambda: self._neighbour.hears_of(push, incident_id))

    def open_offers_of(self, officer_id: str) -> list[str]:
        shown = [self.journal.current[incident_id] for incident_id in self.journal.open_ids]
        return [offer.id for one in shown for offer in one.open_offers() if offer.officer.id == officer_id]
