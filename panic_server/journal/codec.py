"""State and facts as JSON text, and back."""

from msgspec.json import Decoder, Encoder

from dispatch.incident import Alarm, Incident

encoder = Encoder()
_incidents = Decoder(Incident)
_alarms = Decoder(Alarm)


def incident_text(incident: Incident) -> str:
    return encoder.encode(incident).decode()


def read_incident(text: str) -> Incident:
    return _incidents.decode(text)


def alarm_text(alarm: Alarm) -> str:
    return encoder.encode(alarm).decode()


def read_alarm(text: str) -> Alarm:
    return _alarms.decode(text)
