"""Who is asked next, and when to look again."""

from datetime import datetime, timedelta

from dispatch.assignment import make_offers
from dispatch.events import Event, OffersExpired, OffersMade
from dispatch.facts import Candidate, Facts
from dispatch.incident import Incident
from dispatch.neighbourhood import news_due
from dispatch.policy import Policy


def needs_officers(incident: Incident) -> bool:
    """An open incident that nobody goes to, or has been to, and that was not cancelled of free will."""
    return incident.is_open and not incident.is_answered and not incident.is_cancelled


def wanted_offers(incident: Incident, policy: Policy) -> int:
    """How many more officers should be asked now."""
    if not needs_officers(incident):
        return 0
    return max(0, policy.officers_per_step - sum(1 for _ in incident.open_offers()))


def next_due(incident: Incident, policy: Policy, *, after: datetime | None = None) -> datetime | None:
    """When time itself must act; None when the incident waits for people only, as when nobody knows where to look.

    With `after` the next deadline later than that: one that has passed without changing anything, as when nobody is
    near, must not hide another one.
    """
    dues = (officers_due(incident, policy), news_due(incident, policy))
    return min((due for due in dues if due is not None and (after is None or due > after)), default=None)


def officers_due(incident: Incident, policy: Policy) -> datetime | None:
    """When an offer is over, or when to look whether an officer is near by now."""
    if not needs_officers(incident):
        return None
    expiries = [offer.expires_at for offer in incident.open_offers()]
    if expiries:
        return min(expiries)
    if incident.origin is None:
        return None
    return max(incident.round_at, incident.offer_ended_at or incident.round_at) + timedelta(seconds=policy.retry_s)


def not_asked_yet(incident: Incident, facts: Facts) -> list[Candidate]:
    """The candidates who were not asked in this round and hold no offer from an earlier one."""
    return [c for c in not_holding(incident, facts) if c.officer.id not in incident.asked]


def not_holding(incident: Incident, facts: Facts) -> list[Candidate]:
    holding = {offer.officer.id for offer in incident.open_offers()}
    return [c for c in facts.candidates if c.officer.id not in holding]


def decide_next_offers(incident: Incident, facts: Facts, *, now: datetime, policy: Policy) -> list[Event]:
    """Asks the nearest who were not asked yet; when everybody was, starts a new round after the policy's pause."""
    wanted = wanted_offers(incident, policy)
    if not wanted or not facts.candidates:
        return []
    fresh = not_asked_yet(incident, facts)
    new_round = not fresh and now >= incident.round_at + timedelta(seconds=policy.round_s)
    if new_round:
        fresh = not_holding(incident, facts)
    chosen = fresh[:wanted]
    if not chosen:
        return []
    offers = make_offers(incident.id, chosen, made_before=incident.offers_made, now=now, policy=policy)
    return [OffersMade(offers, new_round, now)]


def decide_expiry(incident: Incident, *, now: datetime) -> list[Event]:
    expired = tuple(offer.id for offer in incident.open_offers() if offer.expires_at <= now)
    return [OffersExpired(expired, now)] if expired else []
