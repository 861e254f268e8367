"""Officers whose phones did not say in time that an offer arrived.

They are still asked, about one incident at a time: when the phones of a whole city cannot be reached, three offers for
each of them are more pushes than can go out, so that every one comes too late, and the next as well.
"""

from dispatch.incident import Incident, Offer, OfferStatus

ANSWERED = frozenset({OfferStatus.ACCEPTED, OfferStatus.DECLINED})


class MutePhones:
    """What this process has seen since it started: at first no phone counts as mute."""

    def __init__(self) -> None:
        self._officers: set[str] = set()
        self._has_woken = False

    def __contains__(self, officer_id: object) -> bool:
        return officer_id in self._officers

    def note(self, before: Incident | None, after: Incident) -> set[str]:
        """Takes what has become of the offers; returns the officers of whom it holds now, or holds no more."""
        known = {offer.id: offer for offer in before.offers} if before else {}
        changed = set()
        for offer in after.offers if before else after.open_offers():
            # Alike is enough: an incident that another process changed is read anew, with all its offers.
            if known.get(offer.id) == offer:
                continue
            officer_id = offer.officer.id
            if _was_heard(offer):
                if self.forget(officer_id):
                    changed.add(officer_id)
            elif _was_missed(offer) and officer_id not in self._officers:
                self._officers.add(officer_id)
                changed.add(officer_id)
        return changed

    def forget(self, officer_id: str) -> bool:
        """Whether it was mute, and is no more."""
        is_known = officer_id in self._officers
        self._officers.discard(officer_id)
        self._has_woken |= is_known
        return is_known

    def take_woken(self) -> bool:
        """Whether any phone is mute no more since this was last asked."""
        has_woken, self._has_woken = self._has_woken, False
        return has_woken


def _was_heard(offer: Offer) -> bool:
    return offer.received_at is not None or offer.status in ANSWERED


def _was_missed(offer: Offer) -> bool:
    return offer.is_silent or offer.status is OfferStatus.EXPIRED
