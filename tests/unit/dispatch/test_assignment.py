"""Officers' answers: one winner, and a late or repeated word changes nothing."""

import pytest

from dispatch.commands import (
    AcceptOffer,
    ChangeAssignment,
    Close,
    DeclineOffer,
    LeaveExercise,
    ReceiveOffer,
    WithdrawOfficer,
)
from dispatch.errors import AssignmentUnknown, OfferEnded, OfferExpired, OfferTaken, OfferUnknown, OfficerEngaged
from dispatch.events import (
    AssignmentChanged,
    Event,
    OfferAccepted,
    OfferDeclined,
    OfferReceived,
    OffersMade,
    OffersWithdrawn,
)
from dispatch.facts import Facts
from dispatch.incident import AssignmentStatus, Disposition, OfferStatus, Stage
from tests.unit.dispatch.city import (
    FIFTH,
    FOURTH,
    NEAR,
    OPERATOR,
    SECOND,
    SEVENTH,
    SIXTH,
    THIRD,
    Story,
    after,
    alarm,
    around,
)

THREE = around(NEAR, SECOND, THIRD)
EN_ROUTE, ON_SCENE, CLEAR = AssignmentStatus


@pytest.fixture
def story() -> Story:
    return Story(alarm(), THREE)


def test_the_first_to_accept_wins_and_the_others_are_withdrawn(story):
    [event] = story.accepts(SECOND)
    assert event == OfferAccepted(
        story.offer_to(SECOND), SECOND, (story.offer_to(NEAR), story.offer_to(THIRD)), after(1)
    )
    assert [one.officer for one in story.incident.open_assignments()] == [SECOND]
    assert {offer.officer: offer.status for offer in story.incident.offers} == {
        SECOND: OfferStatus.ACCEPTED,
        NEAR: OfferStatus.WITHDRAWN,
        THIRD: OfferStatus.WITHDRAWN,
    }


def test_the_winner_may_accept_again_and_nothing_happens(story):
    story.accepts(NEAR)
    assert story.accepts(NEAR, at=40) == []


def test_the_winner_may_accept_again_after_the_incident_was_closed(story):
    story.accepts(NEAR)
    story.happens(Close(OPERATOR, Disposition.RESOLVED, None), at=60)
    assert story.accepts(NEAR, at=61) == []


def test_another_officer_who_was_asked_too_comes_too_late(story):
    story.accepts(NEAR)
    with pytest.raises(OfferTaken):
        story.accepts(SECOND, at=2)


def test_another_officer_cannot_accept_the_winners_offer(story):
    story.accepts(NEAR)
    with pytest.raises(OfferTaken):
        story.happens(AcceptOffer(story.offer_to(NEAR), SECOND.id), at=2)


def test_the_place_stays_taken_after_the_winner_was_there(story):
    story.accepts(NEAR)
    story.happens(ChangeAssignment(story.offer_to(NEAR), NEAR.id, ON_SCENE), at=10)
    story.happens(ChangeAssignment(story.offer_to(NEAR), NEAR.id, CLEAR), at=20)
    with pytest.raises(OfferTaken):
        story.accepts(SECOND, at=21)


def test_an_officer_who_turns_back_leaves_it_unanswered_and_the_next_is_asked(story):
    story.accepts(NEAR)
    events = story.happens(ChangeAssignment(story.offer_to(NEAR), NEAR.id, CLEAR), around(NEAR, FOURTH), at=10)
    assert [type(event) for event in events] == [AssignmentChanged, OffersMade]
    assert [offer.officer for offer in story.incident.open_offers()] == [FOURTH]
    assert story.incident.stage is Stage.OFFERED


def test_an_offer_ends_on_the_second_even_when_nobody_has_looked(story):
    assert isinstance(story.accepts(NEAR, at=29.999)[0], OfferAccepted)
    late = Story(alarm(), THREE)
    with pytest.raises(OfferExpired):
        late.accepts(NEAR, at=30)


def test_an_expired_offer_cannot_be_accepted(story):
    story.looks(at=30)
    with pytest.raises(OfferExpired):
        story.accepts(NEAR, at=31)


def test_a_declined_offer_cannot_be_accepted(story):
    story.happens(DeclineOffer(story.offer_to(NEAR), NEAR.id), at=1)
    with pytest.raises(OfferEnded):
        story.accepts(NEAR, at=2)


def test_an_offer_of_a_closed_incident_cannot_be_accepted(story):
    story.happens(Close(OPERATOR, Disposition.PRANK, None), at=1)
    with pytest.raises(OfferEnded):
        story.accepts(NEAR, at=2)


def test_an_officer_who_goes_somewhere_else_cannot_accept(story):
    with pytest.raises(OfficerEngaged):
        story.accepts(NEAR, facts=Facts(engaged_elsewhere=True))
    assert not story.incident.assignments


def test_nothing_is_said_of_an_offer_to_somebody_else(story):
    for command in (
        AcceptOffer(story.offer_to(NEAR), SECOND.id),
        DeclineOffer(story.offer_to(NEAR), SECOND.id),
        ReceiveOffer(story.offer_to(NEAR), SECOND.id),
        AcceptOffer("no such offer", NEAR.id),
    ):
        with pytest.raises(OfferUnknown):
            story.happens(command)


@pytest.fixture
def forgetful(story: Story) -> Story:
    """The first three offers expired, and so did the next three: the incident remembers only the latter."""
    story.looks(NEAR, SECOND, THIRD, FOURTH, FIFTH, SIXTH, at=30)
    story.looks(NEAR, SECOND, THIRD, FOURTH, FIFTH, SIXTH, SEVENTH, at=60)
    assert story.incident.offer(story.offer_to(NEAR)) is None
    return story


def test_an_offer_that_only_the_journal_remembers_has_expired(forgetful):
    with pytest.raises(OfferExpired):
        forgetful.accepts(NEAR, at=61, facts=Facts(offer_was_made=True))


def test_an_offer_that_only_the_journal_remembers_is_taken_once_there_is_a_winner(forgetful):
    forgetful.accepts(SEVENTH, at=61)
    with pytest.raises(OfferTaken):
        forgetful.accepts(NEAR, at=62, facts=Facts(offer_was_made=True))


def test_a_late_receipt_of_an_offer_that_only_the_journal_remembers_changes_nothing(forgetful):
    receipt = ReceiveOffer(forgetful.offer_to(NEAR), NEAR.id)
    assert forgetful.happens(receipt, Facts(offer_was_made=True), at=61) == []


def test_a_late_decline_of_an_offer_that_only_the_journal_remembers_says_that_it_ended(forgetful):
    with pytest.raises(OfferEnded):
        forgetful.happens(DeclineOffer(forgetful.offer_to(NEAR), NEAR.id), Facts(offer_was_made=True), at=61)


def test_the_next_nearest_is_asked_as_soon_as_one_declines(story):
    events = story.happens(DeclineOffer(story.offer_to(NEAR), NEAR.id), around(NEAR, SECOND, THIRD, FOURTH), at=2)
    assert [type(event) for event in events] == [OfferDeclined, OffersMade]
    assert story.asked_now() == [SECOND, THIRD, FOURTH]


def test_declining_twice_changes_nothing(story):
    decline = DeclineOffer(story.offer_to(NEAR), NEAR.id)
    story.happens(decline, at=1)
    assert story.happens(decline, at=2) == []


def test_an_expired_offer_cannot_be_declined(story):
    story.looks(at=30)
    with pytest.raises(OfferExpired):
        story.happens(DeclineOffer(story.offer_to(NEAR), NEAR.id), at=31)


def test_an_offer_that_went_to_another_cannot_be_declined(story):
    story.accepts(SECOND)
    with pytest.raises(OfferEnded):
        story.happens(DeclineOffer(story.offer_to(NEAR), NEAR.id), at=2)


def test_the_first_receipt_of_an_open_offer_is_kept(story):
    receipt = ReceiveOffer(story.offer_to(NEAR), NEAR.id)
    assert story.happens(receipt, at=0.4) == [OfferReceived(receipt.offer_id, NEAR.id, after(0.4))]
    assert story.happens(receipt, at=3) == []
    offer = story.incident.offer(receipt.offer_id)
    assert offer is not None
    assert offer.received_at == after(0.4)


def test_a_receipt_of_an_ended_offer_changes_nothing(story):
    story.looks(at=30)
    assert story.happens(ReceiveOffer(story.offer_to(NEAR), NEAR.id), at=31) == []


def test_an_officer_who_goes_off_duty_is_withdrawn_and_the_next_is_asked(story):
    events = story.happens(WithdrawOfficer(NEAR.id), around(SECOND, THIRD, FOURTH), at=3)
    assert events[0] == OffersWithdrawn((story.offer_to(NEAR),), after(3))
    assert story.asked_now() == [SECOND, THIRD, FOURTH]


def test_withdrawing_an_officer_who_was_not_asked_changes_nothing(story):
    assert story.happens(WithdrawOfficer(FOURTH.id), at=3) == []


def test_an_exercise_is_left_for_an_emergency_once_and_asks_somebody_else():
    exercise = Story(alarm(drill=True), THREE)
    exercise.accepts(NEAR)
    gone = LeaveExercise(NEAR.id)
    left, asked = exercise.happens(gone, around(FOURTH), at=3)
    assignment_id = exercise.incident.assignments[0].id
    assert left == AssignmentChanged(assignment_id, NEAR.id, CLEAR, after(3), called_away=True)
    assert isinstance(asked, OffersMade)
    assert exercise.happens(gone, at=4) == []
    assert exercise.happens(ChangeAssignment(assignment_id, NEAR.id, ON_SCENE), at=5) == []


def test_nobody_leaves_what_is_real(story):
    story.accepts(NEAR)
    assert story.happens(LeaveExercise(NEAR.id), at=3) == []
    assert story.incident.is_answered


def test_the_assigned_officer_arrives_and_is_clear(story):
    story.accepts(NEAR)
    assignment_id = story.offer_to(NEAR)
    [arrived] = story.happens(ChangeAssignment(assignment_id, NEAR.id, ON_SCENE), at=300)
    assert arrived == AssignmentChanged(assignment_id, NEAR.id, ON_SCENE, after(300))
    assert story.incident.stage is Stage.ON_SCENE
    story.happens(ChangeAssignment(assignment_id, NEAR.id, CLEAR), at=900)
    [assignment] = story.incident.assignments
    assert (assignment.arrived_at, assignment.changed_at, assignment.is_open) == (after(300), after(900), False)


@pytest.mark.parametrize(
    ("reached", "late"),
    [
        (EN_ROUTE, EN_ROUTE),
        (ON_SCENE, EN_ROUTE),
        (ON_SCENE, ON_SCENE),
        (CLEAR, EN_ROUTE),
        (CLEAR, ON_SCENE),
        (CLEAR, CLEAR),
    ],
)
def test_a_late_or_repeated_status_changes_nothing(story, reached, late):
    story.accepts(NEAR)
    assignment_id = story.offer_to(NEAR)
    story.happens(ChangeAssignment(assignment_id, NEAR.id, reached), at=10)
    assert story.happens(ChangeAssignment(assignment_id, NEAR.id, late), at=20) == []


def report(story: Story, status: AssignmentStatus, at: float, *, correction: bool = False) -> list[Event]:
    change = ChangeAssignment(story.offer_to(NEAR), NEAR.id, status, correction, after(at))
    return story.happens(change, at=at)


def test_a_correction_turns_back_what_was_reported_by_mistake(story):
    story.accepts(NEAR)
    report(story, ON_SCENE, 10)
    assert report(story, EN_ROUTE, 20, correction=True)
    [assignment] = story.incident.assignments
    assert (assignment.status, assignment.arrived_at, story.incident.stage) == (EN_ROUTE, None, Stage.ACCEPTED)


def test_a_report_from_before_a_correction_that_comes_after_it_changes_nothing(story):
    story.accepts(NEAR)
    report(story, ON_SCENE, 10)
    report(story, EN_ROUTE, 20, correction=True)
    assert report(story, ON_SCENE, 10) == []
    report(story, ON_SCENE, 30)
    assert report(story, EN_ROUTE, 20, correction=True) == []


def test_who_said_clear_by_mistake_goes_on_and_nobody_else_is_asked(story):
    story.accepts(NEAR)
    story.happens(ChangeAssignment(story.offer_to(NEAR), NEAR.id, CLEAR, False, after(10)), around(FOURTH), at=10)
    assert story.asked_now() == [FOURTH]
    report(story, EN_ROUTE, 12, correction=True)
    assert (story.asked_now(), story.incident.stage) == ([], Stage.ACCEPTED)


def test_who_said_clear_comes_back_neither_to_a_taken_place_nor_from_another(story):
    story.accepts(NEAR)
    story.happens(ChangeAssignment(story.offer_to(NEAR), NEAR.id, CLEAR), around(FOURTH), at=10)
    back = ChangeAssignment(story.offer_to(NEAR), NEAR.id, EN_ROUTE, correction=True)
    with pytest.raises(OfficerEngaged):
        story.happens(back, Facts(engaged_elsewhere=True), at=11)
    story.accepts(FOURTH, at=12)
    with pytest.raises(OfferTaken):
        story.happens(back, at=13)


def test_on_scene_may_be_skipped(story):
    story.accepts(NEAR)
    story.happens(ChangeAssignment(story.offer_to(NEAR), NEAR.id, CLEAR), at=10)
    assert not list(story.incident.open_assignments())


def test_only_the_assigned_officer_changes_the_assignment(story):
    story.accepts(NEAR)
    for assignment_id, officer in ((story.offer_to(NEAR), SECOND), (story.offer_to(SECOND), SECOND)):
        with pytest.raises(AssignmentUnknown):
            story.happens(ChangeAssignment(assignment_id, officer.id, ON_SCENE), at=10)


def test_a_late_word_about_what_only_the_journal_remembers_changes_nothing_and_is_no_mistake(story):
    remembered = Facts(offer_was_made=True)
    late = ChangeAssignment("long-ago", NEAR.id, CLEAR)
    assert story.happens(late, remembered) == []
    with pytest.raises(AssignmentUnknown):
        story.happens(late)
    with pytest.raises(AssignmentUnknown):
        story.happens(ChangeAssignment("long-ago", NEAR.id, EN_ROUTE, correction=True), remembered)
