"""What brings an incident back: a press of the same phone, or an operator who doubts that it is over."""

from dataclasses import replace

from dispatch.incident import Incident


def roused(incident: Incident) -> Incident:
    """The incident as one more press finds it: whoever presses again takes a cancel back."""
    return replace(incident, cancelled=None) if incident.cancelled else incident
