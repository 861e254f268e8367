"""Which officers' phones have said nothing."""

from copy import deepcopy
from datetime import timedelta

from msgspec.structs import replace

from dispatch.incident import Incident, Offer, OfferStatus
from panic_server.journal.mute import MutePhones
from tests.unit.panic_server.api.doubles import NOW, OFFICER, an_incident


def with_offer(incident: Incident, **changes: object) -> Incident:
    first, *rest = incident.offers
    return replace(incident, offers=(replace(first, **changes), *rest))


def missed(incident: Incident) -> Incident:
    return with_offer(incident, is_silent=True, status=OfferStatus.EXPIRED, received_at=None)


def heard(offer: Offer) -> Offer:
    return replace(offer, received_at=NOW + timedelta(seconds=1))


def test_a_phone_that_missed_an_offer_is_mute_until_it_says_something() -> None:
    phones, incident = MutePhones(), with_offer(an_incident(), received_at=None)
    assert phones.note(incident, missed(incident)) == {OFFICER.subject}
    assert OFFICER.subject in phones
    elsewhere = replace(incident, id="elsewhere")
    received = replace(elsewhere, offers=tuple(map(heard, elsewhere.offers)))
    assert OFFICER.subject in phones.note(elsewhere, received)
    assert OFFICER.subject not in phones
    assert (phones.take_woken(), phones.take_woken()) == (True, False)


def test_an_incident_that_is_read_anew_says_nothing_new_of_what_was_known() -> None:
    phones, incident = MutePhones(), missed(an_incident())
    anew = replace(deepcopy(incident), version=incident.version + 1)
    assert anew.offers[0] is not incident.offers[0]
    assert phones.note(incident, anew) == set()
    assert OFFICER.subject not in phones


def test_at_the_start_only_offers_that_stand_count() -> None:
    phones = MutePhones()
    assert phones.note(None, missed(an_incident())) == set()
    standing = with_offer(an_incident(), is_silent=True, received_at=None)
    assert OFFICER.subject in phones.note(None, standing)
