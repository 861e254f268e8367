"""Who is asked next, and when to look again.

Each step asks within a wider ring; a ring without anybody is skipped. Behind the last ring lies the whole city, and
behind that those whose position is stale.
"""

from datetime import datetime, timedelta

from dispatch.assignment import make_offers
from dispatch.events import Event, NobodyLeft, OffersExpired, OffersMade, OffersSilent, OffersWithdrawn, SupervisorsTold
from dispatch.facts import Candidate, Facts
from dispatch.incident import OPEN_OFFERS_MAX, Incident, Offer, Person, asked_mark
from dispatch.neighbourhood import news_due
from dispatch.policy import Policy, Rules


def needs_officers(incident: Incident) -> bool:
    """An open incident with a place that nobody goes to, or has been to, and that was not cancelled of free will."""
    return incident.is_open and not incident.is_filled and not incident.is_cancelled


def is_asking(incident: Incident) -> bool:
    """It needs officers, and no operator has stopped the escalation."""
    return needs_officers(incident) and not incident.is_stopped


def asked_at_once(rules: Rules, places: int) -> int:
    return max(rules.officers_per_step, places)


def wanted_offers(incident: Incident, policy: Policy) -> int:
    """How many more officers should be asked now. Whose phone stays silent does not count as asked."""
    if not is_asking(incident):
        return 0
    rules = policy.rules_of(incident)
    alive = sum(1 for _ in incident.alive_offers())
    return max(0, min(asked_at_once(rules, incident.places - incident.filled), OPEN_OFFERS_MAX) - alive)


def ring_of(candidate: Candidate, rules: Rules) -> int:
    """The first ring that has them: the city's number is that of the rings, and stale positions come one behind."""
    city = len(rules.rings_m)
    if candidate.position_stale:
        return city + 1
    if candidate.distance_m is None:
        return city
    return next((ring for ring, radius_m in enumerate(rules.rings_m) if candidate.distance_m <= radius_m), city)


def first_step(candidates: tuple[Candidate, ...], rules: Rules) -> tuple[int, list[Candidate]]:
    """Who is asked first, and the smallest ring that holds them: as many as the rules say, however far the last one is.

    Whose position is stale is asked only where there is nobody else.
    """
    fresh = [candidate for candidate in candidates if not candidate.position_stale]
    chosen = (fresh or list(candidates))[: asked_at_once(rules, rules.places)]
    return max((ring_of(candidate, rules) for candidate in chosen), default=0), chosen


# When time must act.


def next_due(incident: Incident, policy: Policy, *, after: datetime | None = None) -> datetime | None:
    """When time itself must act; None when the incident waits for people only.

    With `after` the next deadline later than that: one that has passed without changing anything, as when nobody is
    near, must not hide another one.
    """
    dues = _dues(incident, policy)
    if incident.told and (news := news_due(incident, policy)) is not None:
        dues.append(news)
    return min(dues if after is None else [due for due in dues if due > after], default=None)


def _dues(incident: Incident, policy: Policy) -> list[datetime]:
    """When a receipt is late, an offer is over, nobody has claimed it, or it is to be looked who is near by now."""
    if not incident.is_open:
        return []
    rules = policy.rules_of(incident)
    dues = [_offer_due(offer, rules) for offer in incident.offers if offer.is_open]
    if not dues and (retry_at := _retry_at(incident, rules)) is not None:
        dues.append(retry_at)
    if (claim_due := claim_due_at(incident, rules)) is not None:
        dues.append(claim_due)
    return dues


def _offer_due(offer: Offer, rules: Rules) -> datetime:
    if offer.received_at is not None or offer.is_silent:
        return offer.expires_at
    return min(offer.expires_at, offer.offered_at + timedelta(seconds=rules.receipt_s))


def claim_due_at(incident: Incident, rules: Rules) -> datetime | None:
    """When the next level is told that no operator has claimed the incident."""
    return _claim_level_at(incident, rules, incident.level)


def _retry_at(incident: Incident, rules: Rules) -> datetime | None:
    """Of one without an open offer: an officer may be near by then. Without a place to look at only the console's
    sound comes back.
    """
    if not is_asking(incident):
        return None
    if incident.origin is None:
        return None if incident.nobody_left_at else _may_sound_at(incident, rules)
    moments = (incident.round_at, incident.offer_ended_at, incident.nobody_left_at)
    return max(moment for moment in moments if moment) + timedelta(seconds=rules.retry_s)


def _may_sound_at(incident: Incident, rules: Rules) -> datetime:
    """Once an operator has acted, the console is quiet for a round."""
    if incident.quieted_at is None:
        return incident.round_at
    return incident.quieted_at + timedelta(seconds=rules.round_s)


# What time does.


def decide_passing(incident: Incident, facts: Facts, *, now: datetime, policy: Policy) -> list[Event]:
    """What a deadline changes by itself, before anybody else is asked."""
    rules = policy.rules_of(incident)
    return [
        *_decide_expiry(incident, now=now),
        *_decide_silence(incident, rules, now=now),
        *_decide_level(incident, facts, rules, now=now),
    ]


def _decide_expiry(incident: Incident, *, now: datetime) -> list[Event]:
    expired = tuple(offer.id for offer in incident.open_offers() if offer.expires_at <= now)
    return [OffersExpired(expired, now)] if expired else []


def _decide_silence(incident: Incident, rules: Rules, *, now: datetime) -> list[Event]:
    """They may still answer; the next are asked as if they had not been."""
    silent = tuple(
        offer.id
        for offer in incident.alive_offers()
        if offer.received_at is None and _offer_due(offer, rules) <= now < offer.expires_at
    )
    return [OffersSilent(silent, now)] if silent else []


def _decide_level(incident: Incident, facts: Facts, rules: Rules, *, now: datetime) -> list[Event]:
    """One level at a time, so that after a long pause each of them hears of it once, in order."""
    events: list[Event] = []
    level = incident.level
    while (due := _claim_level_at(incident, rules, level)) is not None and due <= now:
        level += 1
        events.append(SupervisorsTold(level, _supervisors_of(level, facts), now))
    return events


def _supervisors_of(level: int, facts: Facts) -> tuple[Person, ...]:
    """Above the city's there is nobody who may see the incident, so that each further level tells all of them again.

    Where a level has nobody the other one is told in its place; only where there is no supervisor at all is it nobody.
    """
    of_sector, of_city = facts.sector_supervisors, facts.city_supervisors
    match level:
        case 1:
            return of_sector or of_city
        case 2:
            return of_city or of_sector
        case _:
            return tuple(dict.fromkeys((*of_sector, *of_city)))


def _claim_level_at(incident: Incident, rules: Rules, level: int) -> datetime | None:
    if incident.unclaimed_since is None or level >= len(rules.claim_s):
        return None
    return incident.unclaimed_since + timedelta(seconds=rules.claim_s[level])


# Who is asked.


def not_asked_yet(incident: Incident, facts: Facts) -> list[Candidate]:
    """The candidates who were not asked in this round, hold no offer from an earlier one and do not go already."""
    return [c for c in not_holding(incident, facts) if asked_mark(c.officer.id) not in incident.asked]


def not_holding(incident: Incident, facts: Facts) -> list[Candidate]:
    holding = {offer.officer.id for offer in incident.open_offers()}
    holding |= {assignment.officer.id for assignment in incident.open_assignments()}
    return [c for c in facts.candidates if c.officer.id not in holding]


def decide_next_offers(
    incident: Incident, facts: Facts, *, replaced: int, now: datetime, policy: Policy
) -> list[Event]:
    """Asks the nearest who were not asked yet; when everybody was, starts a new round after the policy's pause.

    `replaced` officers have just declined, fallen silent or been withdrawn: for each of them the next nearest is asked
    at once, also from beyond the ring.
    """
    wanted = wanted_offers(incident, policy)
    if not wanted or not facts.candidates:
        return []
    rules = policy.rules_of(incident)
    fresh = not_asked_yet(incident, facts)
    new_round = not fresh and now >= incident.round_at + timedelta(seconds=rules.round_s)
    if new_round:
        fresh = not_holding(incident, facts)
    if not fresh:
        return []
    step, chosen = _choose(incident, fresh, rules, wanted=wanted, replaced=replaced, new_round=new_round, now=now)
    if not chosen:
        return []
    offers = make_offers(incident.id, chosen, made_before=incident.offers_made, now=now, rules=rules)
    made = OffersMade(offers, new_round, now, policy.version, step)
    return [*make_room(incident, len(offers), now=now), made]


def make_room(incident: Incident, wanted: int, *, now: datetime) -> list[Event]:
    """When too many offers would stand the oldest are withdrawn, those of silent phones first."""
    standing = sorted(incident.open_offers(), key=lambda offer: (not offer.is_silent, offer.offered_at))
    excess = len(standing) + wanted - OPEN_OFFERS_MAX
    ended = tuple(offer.id for offer in standing)[: max(0, excess)]
    return [OffersWithdrawn(ended, now)] if ended else []


def _choose(
    incident: Incident,
    fresh: list[Candidate],
    rules: Rules,
    *,
    wanted: int,
    replaced: int,
    new_round: bool,
    now: datetime,
) -> tuple[int, list[Candidate]]:
    """The step that they are asked in, and whom."""
    step = 0 if new_round else incident.step
    if not new_round and now >= incident.step_at + timedelta(seconds=rules.offer_timeout_s):
        step = min(step + 1, len(rules.rings_m) + 1)
    if not any(incident.alive_offers()):
        step = max(step, min(ring_of(candidate, rules) for candidate in fresh))
    inside = [candidate for candidate in fresh if ring_of(candidate, rules) <= step]
    beyond = [candidate for candidate in fresh if ring_of(candidate, rules) > step]
    chosen = inside[:wanted]
    instead = max(0, min(replaced, wanted) - len(chosen))
    return step, chosen + beyond[:instead]


def decide_nobody_left(incident: Incident, facts: Facts, *, now: datetime, policy: Policy) -> list[Event]:
    """Everybody was asked and nobody is left who might come: the console sounds until an operator acts."""
    if incident.nobody_left_at or not is_asking(incident) or any(incident.alive_offers()):
        return []
    if incident.quieted_at and now < _may_sound_at(incident, policy.rules_of(incident)):
        return []
    if wanted_offers(incident, policy) and not_asked_yet(incident, facts):
        return []
    return [NobodyLeft(now)]
