"""The resident's cancel: what an entered PIN does, and that nobody near the phone can tell one outcome from another.

A cancel never ends an incident: it waits for an operator to close it. Under duress the incident goes on, while the
phone and the RT see a cancel.
"""

from datetime import datetime, timedelta
from typing import Final

from msgspec.structs import replace

from dispatch.commands import CancelAlarm
from dispatch.duplicates import time_of
from dispatch.errors import IncidentClosed
from dispatch.events import CancelledByResident, CancelledUnderDuress, Event, PinRefused
from dispatch.facts import Cancels
from dispatch.incident import Alarm, Cancellation, Incident, PinMeaning, Stage

# The first two wrong PINs are told to be wrong: fingers slip. Who needs a third try may not be the phone's owner.
WRONG_PINS_TOLD: Final = 2

STREAM_AFTER_CANCEL: Final = timedelta(minutes=15)
"""So long the phone goes on telling where it is, whatever kind of cancel it was."""


WAIT_BELIEVED: Final = timedelta(hours=24)
"""So long a phone may say that its alarm waited. One that came to know the time only after the press would else have
waited for decades, and no PIN would be old enough.
"""


def pressed_at(alarm: Alarm, received_at: datetime) -> datetime:
    """By the server's clock, as far as the phone knows how long the alarm waited in it."""
    return max(time_of(alarm, received_at), received_at - WAIT_BELIEVED)


def decide_cancel(incident: Incident, cancel: CancelAlarm, before: Cancels, *, now: datetime) -> list[Event]:
    """Raises IncidentClosed, whichever PIN it was.

    Once cancelled, or seemingly, every further PIN gets the same answer; only a duress PIN still changes something.
    """
    if not incident.is_open:
        raise IncidentClosed(incident.id)
    alarm_id, device, is_whole = cancel.alarm_id, cancel.device, before.is_alone
    if before.cancelled_at is not None:
        is_news = cancel.pin is PinMeaning.DURESS and not incident.duress
        return [CancelledUnderDuress(alarm_id, device, is_whole, "duress_pin", now)] if is_news else []
    if cancel.pin is PinMeaning.WRONG and before.wrong_pins < WRONG_PINS_TOLD:
        return [PinRefused(alarm_id, device, before.wrong_pins + 1, now)]
    because = _force_behind(cancel, before)
    if because is not None:
        return [CancelledUnderDuress(alarm_id, device, is_whole, because, now)]
    goes_on = incident.duress or not is_whole
    withdrawn = () if goes_on else tuple(offer.id for offer in incident.open_offers())
    return [CancelledByResident(alarm_id, device, is_whole, withdrawn, now)]


def _force_behind(cancel: CancelAlarm, before: Cancels) -> str | None:
    """Why this may be no free will: whoever holds the phone, or stands beside its owner, could have had PINs set."""
    match cancel.pin:
        case PinMeaning.DURESS:
            return "duress_pin"
        case PinMeaning.WRONG:
            return "wrong_pins"
        case PinMeaning.RIGHT:
            if cancel.pins_set_at is None or before.pressed_at is None or cancel.pins_set_at <= before.pressed_at:
                return None
            return "pins_replaced" if cancel.pins_replaced else "pins_first_set"


def cancelled(incident: Incident, event: CancelledByResident) -> Incident:
    """Whoever was asked may be asked again, should it turn out to be real after all."""
    if not event.is_whole:
        return incident
    incident = _seemingly(incident, event.at)
    return incident if incident.duress else replace(incident, asked=())


def under_duress(incident: Incident, event: CancelledUnderDuress) -> Incident:
    incident = replace(incident, duress=True)
    return _seemingly(incident, event.at) if event.is_whole else incident


def _seemingly(incident: Incident, at: datetime) -> Incident:
    """A second cancel changes nothing of what the first one showed."""
    return incident if incident.cancelled else replace(incident, cancelled=Cancellation(at, incident.version + 1))


def seen_version(incident: Incident) -> int:
    """The version that the RT sees: after a cancel it stands still until the end, or it would tell of what goes on."""
    if incident.cancelled is None:
        return incident.version - incident.unseen
    return incident.cancelled.version - incident.unseen + (0 if incident.is_open else 1)


def seen_stage(incident: Incident) -> Stage:
    """The stage that the phone and the RT see. Whom the next press finds on the way in secret counts as somebody who is
    still being asked, as after a cancel of free will, until they say something again.
    """
    if not incident.is_open:
        return Stage.CLOSED
    if incident.cancelled is not None:
        return Stage.CANCELLED_BY_RESIDENT
    seen = tuple([one for one in incident.assignments if not one.in_secret])
    stage = replace(incident, assignments=seen, duress=False).stage
    is_secret = stage is Stage.RECEIVED and any(one.is_open or one.arrived_at for one in incident.assignments)
    return Stage.OFFERED if is_secret else stage


def without_cancel(incident: Incident) -> Incident:
    """The phone presses again: all may be asked anew, and nothing that comes now tells what went on in secret."""
    if incident.cancelled is None:
        return incident
    return replace(incident, cancelled=None, asked=(), unseen=incident.version - seen_version(incident))
