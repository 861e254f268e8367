"""Who is told that nobody claims an incident: level after level, and never nobody where there is somebody."""

from hypothesis import given
from hypothesis import strategies as st

from dispatch.commands import Claim, LookAgain
from dispatch.escalation import claim_due_at
from dispatch.events import SupervisorsTold
from dispatch.facts import Facts
from dispatch.incident import Person
from dispatch.policy import Rules
from tests.unit.dispatch.city import OPERATOR, Story, after, alarm, policy_with

OF_SECTOR, OF_CITY = Person("kapolsek", "Kapolsek"), Person("kepala-jaga", "Kepala Jaga")
BOTH = Facts(sector_supervisors=(OF_SECTOR,), city_supervisors=(OF_CITY,))


def told(story: Story) -> list[tuple[int, tuple[Person, ...]]]:
    return [(event.level, event.people) for event in story.events if isinstance(event, SupervisorsTold)]


def unclaimed(facts: Facts, *claim_s: float, at: float) -> Story:
    story = Story(alarm(), policy=policy_with(claim_s=claim_s))
    story.happens(LookAgain(), facts, at=at)
    return story


def test_above_the_city_all_of_them_are_told_again_at_each_further_level():
    story = unclaimed(BOTH, 10, 30, 60, 120, at=60)
    story.happens(LookAgain(), BOTH, at=120)
    assert told(story) == [(1, (OF_SECTOR,)), (2, (OF_CITY,)), (3, (OF_SECTOR, OF_CITY)), (4, (OF_SECTOR, OF_CITY))]
    assert story.incident.supervisors_told == 2
    assert claim_due_at(story.incident, story.policy.rules_of(story.incident)) is None


def test_the_shipped_policy_tells_three_times_and_a_claim_ends_it():
    story = unclaimed(BOTH, *Rules().claim_s, at=30)
    assert claim_due_at(story.incident, story.policy.rules_of(story.incident)) == after(120)
    story.happens(Claim(OPERATOR), at=31)
    story.happens(LookAgain(), BOTH, at=121)
    assert [level for level, _ in told(story)] == [1, 2]


def test_a_level_without_anybody_is_stood_in_for_by_the_other():
    assert told(unclaimed(Facts(city_supervisors=(OF_CITY,)), 10, 30, at=31)) == [(1, (OF_CITY,)), (2, (OF_CITY,))]
    assert told(unclaimed(Facts(sector_supervisors=(OF_SECTOR,)), 10, 30, at=31)) == [
        (1, (OF_SECTOR,)),
        (2, (OF_SECTOR,)),
    ]


def test_where_there_is_no_supervisor_the_incident_remembers_that_nobody_was_told():
    story = unclaimed(Facts(), 10, at=11)
    assert (story.incident.level, story.incident.supervisors_told) == (1, 0)


@given(
    st.lists(st.integers(1, 900), min_size=1, max_size=6, unique=True).map(sorted),
    st.sets(st.sampled_from([OF_SECTOR, OF_CITY])),
    st.lists(st.integers(1, 1000), max_size=8).map(sorted),
)
def test_each_level_is_told_once_in_order_as_soon_as_it_is_due_and_to_somebody_if_there_is_anybody(
    claim_s: list[int], people: set[Person], looks: list[int]
):
    of_sector, of_city = (tuple({one} & people) for one in (OF_SECTOR, OF_CITY))
    facts = Facts(sector_supervisors=of_sector, city_supervisors=of_city)
    story = Story(alarm(), policy=policy_with(claim_s=tuple(map(float, claim_s))))
    for at in looks:
        story.happens(LookAgain(), facts, at=at)
    due = sum(1 for seconds in claim_s if looks and seconds <= looks[-1])
    assert [level for level, _ in told(story)] == list(range(1, due + 1))
    assert all(bool(people) == bool(heard) and set(heard) <= people for _, heard in told(story))
