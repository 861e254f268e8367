"""Who is asked next, and when to look again."""

from datetime import datetime, timedelta

from dispatch.assignment import make_offers
from dispatch.events import Event, OffersExpired, OffersMade
from dispatch.facts import Facts
from dispatch.incident import Incident
from dispatch.policy import Policy


def needs_officers(incident: Incident) -> bool:
    """An open incident that nobody has accepted."""
    return incident.is_open and not incident.assignments


def wanted_offers(incident: Incident, policy: Policy) -> int:
    """How many more officers should be asked now."""
    if not needs_officers(incident):
        return 0
    return max(0, policy.officers_per_step - sum(1 for _ in incident.open_offers()))


def next_due(incident: Incident, policy: Policy) -> datetime | None:
    """When time itself must act on the incident; None when it waits for people only."""
    if not needs_officers(incident):
        return None
    expiries = [offer.expires_at for offer in incident.open_offers()]
    if expiries:
        return min(expiries)
    return incident.round_at + timedelta(seconds=policy.round_s)


def decide_next_offers(incident: Incident, facts: Facts, *, now: datetime, policy: Policy) -> list[Event]:
    """Asks the nearest who were not asked yet; when everybody was, starts a new round after the policy's pause."""
    wanted = wanted_offers(incident, policy)
    if not wanted or not facts.candidates:
        return []
    holding = {offer.officer.id for offer in incident.open_offers()}
    fresh = [c for c in facts.candidates if c.officer.id not in incident.asked and c.officer.id not in holding]
    new_round = not fresh and now >= incident.round_at + timedelta(seconds=policy.round_s)
    if new_round:
        fresh = [c for c in facts.candidates if c.officer.id not in holding]
    chosen = fresh[:wanted]
    if not chosen:
        return []
    offers = make_offers(incident.id, chosen, made_before=incident.offers_made, now=now, policy=policy)
    return [OffersMade(offers, new_round, now)]


def decide_expiry(incident: Incident, *, now: datetime) -> list[Event]:
    expired = tuple(offer.id for offer in incident.open_offers() if offer.expires_at <= now)
    return [OffersExpired(expired, now)] if expired else []
