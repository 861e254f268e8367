"""Proves from outside that nothing was lost: acknowledgements against the journal, the screens and the phones.

Everything here is a function of recordings, so that a test can doctor them and see the check fail.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from load_tests.findings import Findings
from load_tests.journal import Worked
from load_tests.records import Ack, Push, Recording
from load_tests.streams import Seen, Told, check_consoles, check_representatives, follow

DeviceOf = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that a run has left. Offers that came after the event `until` may still have been on their way.

    `ended_offers` are the pushes that the server counted as ended by policy before they went out: withdrawn, or
    expired in the backlog. `waiting` are those that had not gone out when the run ended.
    """

    acks: Sequence[Ack]
    recording: Recording
    journal: Sequence[Worked]
    pushes: Sequence[Push]
    until: int
    ended_offers: int
    waiting: int
    device_of: DeviceOf


@dataclass(slots=True)
class Delays:
    """Nanoseconds from the trigger on."""

    ack: list[int] = field(default_factory=list)
    console: list[int] = field(default_factory=list)
    representative: list[int] = field(default_factory=list)
    offer_push: list[int] = field(default_factory=list)
    news_push: list[int] = field(default_factory=list)


def check(evidence: Evidence, *, timed: Sequence[Ack] | None = None) -> tuple[Findings, Delays]:
    """Everything is checked; the delays are those of the alarms in `timed`, or of all."""
    findings = Findings()
    taken = [ack for ack in evidence.acks if ack.status == 201]
    check_acks(evidence.acks, findings)
    check_journal(taken, evidence.journal, findings)
    sockets = follow(evidence.recording, findings)
    told = {one.incident_id: one.told for one in evidence.journal}
    check_consoles(sockets, taken, findings)
    check_representatives(sockets, taken, told, findings)
    check_pushes(evidence, findings)
    return findings, _time(evidence, sockets, told, [ack for ack in timed or taken if ack.status == 201])


def _time(evidence: Evidence, sockets: Sequence[Seen], told: Told, acks: Sequence[Ack]) -> Delays:
    delays, checked = Delays(), Findings()
    delays.ack = [ack.ack_ns - ack.sent_ns for ack in acks]
    delays.console = check_consoles(sockets, acks, checked)
    delays.representative = check_representatives(sockets, acks, told, checked)
    _time_pushes(acks, evidence, delays)
    return delays


def check_acks(acks: Sequence[Ack], findings: Findings) -> None:
    """Nobody presses the same alarm twice here, so every answer is a 201 with a seq of its own."""
    for ack in acks:
        if ack.status != 201:
            findings.lost(f"alarm {ack.alarm_id} was answered {ack.status or 'by a broken connection'}")
    for seq, count in Counter(ack.seq for ack in acks if ack.status == 201).items():
        findings.duplicated(f"{count} alarms were given seq {seq}", count - 1)


def check_journal(acks: Sequence[Ack], journal: Sequence[Worked], findings: Findings) -> None:
    """Each acknowledged alarm is in the incident that was answered, and nowhere else."""
    homes: dict[str, list[str]] = {}
    partly_known = {one.incident_id for one in journal if not one.is_whole}
    for one in journal:
        for alarm_id in one.alarms:
            homes.setdefault(alarm_id, []).append(one.incident_id)
    for ack in acks:
        found = homes.get(ack.alarm_id, [])
        if ack.incident_id not in found and ack.incident_id not in partly_known:
            findings.lost(f"alarm {ack.alarm_id} is not in the journal's incident {ack.incident_id}")
        findings.duplicated(f"alarm {ack.alarm_id} is in {len(found)} incidents", len(found) - 1)


PUSHES_MAX = 4
"""Of one offer, each under an id of its own: at once, and every 3 of its 10 s until it is answered (the policy's)."""


def check_pushes(evidence: Evidence, findings: Findings) -> None:
    """The devices of exactly the officers who were asked and the representatives who were told, each once."""
    for push_id, count in Counter(push.push_id for push in evidence.pushes).items():
        findings.duplicated(f"push {push_id} went out {count} times", count - 1)
    missing_offers = _check_offers(evidence, findings)
    missing_news = _check_news(evidence, findings)
    still_out = missing_offers + missing_news
    unexplained = max(missing_news - evidence.waiting, still_out - evidence.waiting - evidence.ended_offers)
    findings.lost(
        f"{missing_offers} offers and {missing_news} neighbourhood pushes never went out, of which {evidence.waiting} "
        f"still wait and {evidence.ended_offers} had ended before",
        unexplained,
    )


def _check_offers(evidence: Evidence, findings: Findings) -> int:
    """How many offers were pushed to nobody. Others than the one who was asked must not hear of an offer."""
    asked = {offer_id: made for one in evidence.journal for offer_id, made in one.offers.items()}
    partly_known = {one.incident_id for one in evidence.journal if not one.is_whole}
    pushed: Counter[str] = Counter()
    for push in evidence.pushes:
        if push.offer_id is None or push.incident_id in partly_known:
            continue
        made = asked.get(push.offer_id)
        if made is None or evidence.device_of(made.officer) != push.device:
            findings.stray(
                f"{push.device} got a push about offer {push.offer_id} to {made.officer if made else 'nobody'}"
            )
        elif push.kind == "offer":
            pushed[push.offer_id] += 1
            if pushed[push.offer_id] > PUSHES_MAX:
                findings.duplicated(f"offer {push.offer_id} was pushed more than {PUSHES_MAX} times")
    return sum(1 for offer_id, made in asked.items() if made.seq <= evidence.until and offer_id not in pushed)


def _check_news(evidence: Evidence, findings: Findings) -> int:
    told = {(one.incident_id, evidence.device_of(who)) for one in evidence.journal for who in one.told}
    pushed = set()
    for push in evidence.pushes:
        if push.kind == "neighbourhood":
            to = (push.incident_id, push.device)
            if to not in told:
                findings.stray(f"{push.device} got the news of {push.incident_id} without having been told")
            elif to in pushed:
                findings.duplicated(f"{push.device} got the news of {push.incident_id} twice")
            pushed.add(to)
    return len(told - pushed)


def _time_pushes(acks: Sequence[Ack], evidence: Evidence, delays: Delays) -> None:
    """Of the alarm that opened an incident its first offers; of every alarm the news to those whom it told. An offer's
    push rings again until it is answered, and a repeat tells nothing about how fast the first one was.
    """
    sent_ns = {ack.seq: ack.sent_ns for ack in acks}
    told_by = {
        (one.incident_id, evidence.device_of(who)): seq for one in evidence.journal for who, seq in one.told.items()
    }
    made = (offer for one in evidence.journal for offer in one.offers.items())
    first = {offer_id: offered.seq for offer_id, offered in made if offered.is_first and offered.seq in sent_ns}
    for push in sorted(evidence.pushes, key=lambda one: one.at_ns):
        if push.kind == "offer" and (opened_by := first.pop(push.offer_id or "", None)) is not None:
            delays.offer_push.append(push.at_ns - sent_ns[opened_by])
        elif push.kind == "neighbourhood":
            seq = told_by.get((push.incident_id, push.device))
            if seq in sent_ns:
                delays.news_push.append(push.at_ns - sent_ns[seq])
