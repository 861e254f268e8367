"""The policy: which rules hold for whom, and what is said of a text that is none."""

from datetime import UTC, datetime

import pytest

from dispatch.incident import Kind
from dispatch.policy import Policy, Rules
from dispatch.policy_text import PolicyInvalid, read_policy
from tests.unit.dispatch.city import Story, alarm, around

NIGHT_IN_WIB = datetime(2026, 11, 22, 16, 30, tzinfo=UTC)
DAY_IN_WIB = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)


def mistakes_of(text: str) -> list[str]:
    with pytest.raises(PolicyInvalid) as caught:
        read_policy(text)
    return caught.value.mistakes


def test_what_the_text_does_not_say_is_as_built_in():
    policy = read_policy('version = "x"')
    assert policy.usual == Rules()
    assert policy.max_open_offers == Policy().max_open_offers
    assert policy.rules(Kind.FIRE, DAY_IN_WIB) == Rules()


def test_a_kind_has_what_is_usual_and_its_own():
    policy = read_policy('version = "x"\n[usual]\nretry_s = 7\n[kind.fire]\nplaces = 2')
    fire, crime = policy.rules(Kind.FIRE, DAY_IN_WIB), policy.rules(Kind.CRIME, DAY_IN_WIB)
    assert (fire.places, fire.retry_s) == (2, 7.0)
    assert (crime.places, crime.retry_s) == (1, 7.0)


def test_at_night_other_rules_hold_by_the_citys_own_time():
    text = 'version = "x"\n[[hours]]\nkinds = ["crime"]\nfrom = "23:00"\nto = "05:00"\nretry_s = 5'
    policy = read_policy(text)
    assert policy.rules(Kind.CRIME, NIGHT_IN_WIB).retry_s == 5
    assert policy.rules(Kind.CRIME, DAY_IN_WIB).retry_s == 10
    assert policy.rules(Kind.FIRE, NIGHT_IN_WIB).retry_s == 10
    east = read_policy("utc_offset_min = 540\n" + text)
    assert east.rules(Kind.CRIME, datetime(2026, 11, 22, 20, 30, tzinfo=UTC)).retry_s == 10
    assert policy.rules(Kind.CRIME, datetime(2026, 11, 22, 20, 30, tzinfo=UTC)).retry_s == 5


def test_of_hours_that_overlap_the_last_hold():
    hours = '[[hours]]\nfrom = "08:00"\nto = "{}"\nretry_s = {}\n'
    policy = read_policy('version = "x"\n' + hours.format("18:00", 5) + hours.format("13:00", 6))
    assert policy.rules(Kind.CRIME, DAY_IN_WIB).retry_s == 6
    assert policy.rules(Kind.CRIME, datetime(2026, 11, 22, 7, 0, tzinfo=UTC)).retry_s == 5


def test_an_edit_makes_another_version_though_nobody_changed_its_name():
    before, after = read_policy('version = "x"'), read_policy('version = "x" # same')
    assert before.version.startswith("x+")
    assert before.version != after.version


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('version = "x"\nplases = 2', "plases is no setting; there are version,"),
        ('version = "x"\n[usual]\nplaces = "two"', "usual.places must be a whole number from 1 to 6, not 'two'"),
        ('version = "x"\n[usual]\nplaces = true', "usual.places must be a whole number"),
        ('version = "x"\n[usual]\noffer_timeout_s = 0', "usual.offer_timeout_s must be a number from 1 to 600, not 0"),
        ('version = "x"\n[usual]\nrings_m = [3000, 1000]', "usual.rings_m must be a list of 1 to 10 growing values"),
        ('version = "x"\n[usual]\nrings_m = nan', "usual.rings_m must be a list"),
        ('version = "x"\n[usual]\nround_s = nan', "usual.round_s must be a number"),
        ('version = "x"\n[kind.flood]\nplaces = 2', "kind.flood: 'flood' is no kind of alarm; there are emergency,"),
        ('version = "x"\nkind = 3', "kind must be a table"),
        ('version = "x"\n[[hours]]\nto = "05:00"', "hours[1].from is missing"),
        ('version = "x"\n[[hours]]\nfrom = "25:00"\nto = "05:00"', "hours[1].from must be a time of day"),
        ('version = "x"\n[[hours]]\nfrom = "23:00"\nto = "05:00"\nkinds = []', "hours[1].kinds must be a list"),
        ('version = "x"\nhours = 3', "hours must be written as [[hours]]"),
        ('version = "x"\nquiet_kinds = ["flood"]', "quiet_kinds must be a list of kinds"),
        ('version = "x"\njoin_kinds = [["violence", "crime"]]', "join_kinds must be a list of groups"),
        ("[usual]\nplaces = 1", "version is missing"),
        ("version = 3", "version must be a text"),
        ("version = ", "not TOML: "),
    ],
)
def test_a_mistake_is_told_with_its_place_and_what_was_expected(text: str, said: str):
    [mistake] = mistakes_of(text)
    assert mistake.startswith(said)


def test_every_mistake_is_told_at_once():
    assert len(mistakes_of("[usual]\nplaces = 0\nretry_s = -1\n[kind.fire]\nx = 1")) == 4


def test_the_incident_remembers_which_version_decided():
    policy = read_policy('version = "kota-7"')
    assert Story(alarm(), around(), policy=policy).incident.policy == policy.version


@pytest.mark.parametrize("value", ["[" * 5000 + "]" * 5000, "9" * 5000, "0x" + "f" * 5000, "[" + "1," * 5000 + "]"])
def test_a_value_beyond_all_measure_is_a_mistake_like_any_other(value):
    [mistake] = mistakes_of(f'version = "x"\nmax_open_offers = {value}')
    assert len(mistake) < 200
