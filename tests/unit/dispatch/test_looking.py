"""A look that changed nothing is repeated, and never stands before another deadline."""

from dataclasses import replace

from dispatch.commands import Close
from dispatch.escalation import next_due
from dispatch.incident import Disposition
from dispatch.looking import pause_s
from tests.unit.dispatch.city import HEAD_1, NEAR, NOON, OPERATOR, POLICY, Story, after, alarm, around

# Nobody is near, so that looking for officers falls due every ten seconds in vain; who is told must answer in 25.
ALONE = replace(POLICY, news_receipt_s=25.0)


def test_what_was_looked_at_in_vain_is_looked_at_again_after_the_pause():
    story = Story(alarm())
    assert pause_s(story.incident, POLICY, now=after(60)) == POLICY.usual.retry_s


def test_a_deadline_that_passed_in_vain_hides_no_other():
    story = Story(alarm(), around(neighbours=(HEAD_1,)), policy=ALONE)
    assert next_due(story.incident, ALONE) == after(10)
    assert next_due(story.incident, ALONE, after=after(20)) == after(25)
    assert pause_s(story.incident, ALONE, now=after(20)) == 5.0
    assert pause_s(story.incident, ALONE, now=after(12)) == 10.0


def test_nothing_is_looked_at_again_once_time_can_do_nothing_more():
    story = Story(alarm(), around(NEAR))
    story.happens(Close(OPERATOR, Disposition.TEST, None))
    assert pause_s(story.incident, POLICY, now=NOON) is None
