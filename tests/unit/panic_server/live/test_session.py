"""The state machine of one connection: who may come in, from where, and that ranges leave no hole."""

import json

import pytest

from panic_server.live.session import (
    HELLO_MAX_BYTES,
    HELLO_WITHIN_S,
    HISTORY_MAX,
    Admit,
    Authenticate,
    Close,
    CloseCode,
    RangeBroken,
    Resume,
    Session,
    TakeSnapshot,
)
from tests.unit.panic_server.live.doubles import CITY_OPERATOR, OFFICER, REPRESENTATIVE, RESIDENT, SUPERVISOR


def opened() -> Session:
    return Session(100.0)


def admitted(**hello: object) -> Session:
    session = opened()
    session.receive_text(json.dumps({"type": "hello", **hello}))
    session.identify(CITY_OPERATOR)
    return session


def live(at: int) -> Session:
    session = admitted()
    session.welcome(at)
    return session


def test_a_hello_asks_whose_token_it_is():
    assert opened().receive_text('{"type":"hello","token":"t"}') == Authenticate("t")


@pytest.mark.parametrize("text", ['{"type":"hello"}', '{"type":"hello","token":null,"epoch":null,"after":null}'])
def test_a_hello_without_a_token_leaves_it_to_the_handshake(text: str):
    assert opened().receive_text(text) == Authenticate(None)


def test_what_a_newer_client_says_besides_is_ignored():
    assert opened().receive_text('{"type":"hello","token":"t","zoom":3}') == Authenticate("t")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "null",
        "[]",
        "{}",
        '"hello"',
        '{"type":"subscribe"}',
        '{"type":"hello"',
        "[" * 4000,
        "\ud800",
        '{"type":1}',
    ],
)
def test_garbage_is_closed_as_no_hello(text: str):
    assert opened().receive_text(text) == Close(CloseCode.NOT_A_HELLO)


def test_a_token_that_is_no_text_has_no_rights():
    assert opened().receive_text('{"type":"hello","token":7}') == Close(CloseCode.NO_RIGHTS)


@pytest.mark.parametrize("filler", ["x", "é"])
def test_more_than_four_kilobytes_is_too_long(filler: str):
    text = json.dumps({"type": "hello", "token": filler * HELLO_MAX_BYTES}, ensure_ascii=False)
    assert opened().receive_text(text) == Close(CloseCode.TOO_LONG)


def test_a_binary_message_is_refused():
    assert opened().receive_bytes() == Close(CloseCode.BINARY)


@pytest.mark.parametrize("text", ['{"type":"hello"}', "x", '{"type":"ping"}'])
def test_there_is_no_second_message(text: str):
    assert live(0).receive_text(text) == Close(CloseCode.NOT_THE_PROTOCOL)


def test_after_the_close_nothing_is_heard():
    session = opened()
    session.receive_bytes()
    assert session.receive_text('{"type":"hello"}') is None
    assert session.receive_bytes() is None
    assert session.identify(CITY_OPERATOR) is None


def test_who_says_nothing_in_time_is_closed():
    session = opened()
    assert session.check_time(100.0 + HELLO_WITHIN_S) is None
    assert session.check_time(100.1 + HELLO_WITHIN_S) == Close(CloseCode.NOT_THE_PROTOCOL)


def test_a_hello_in_time_is_enough_however_long_the_rest_takes():
    session = opened()
    session.receive_text('{"type":"hello"}')
    assert session.check_time(1000.0) is None


@pytest.mark.parametrize("who", [None, RESIDENT])
def test_the_unknown_and_residents_have_no_rights(who):
    session = opened()
    session.receive_text('{"type":"hello","token":"t"}')
    assert session.identify(who) == Close(CloseCode.NO_RIGHTS)
    assert session.is_closed


@pytest.mark.parametrize("who", [SUPERVISOR, CITY_OPERATOR, OFFICER, REPRESENTATIVE])
def test_everybody_else_is_admitted(who):
    session = opened()
    session.receive_text('{"type":"hello","token":"t"}')
    assert session.identify(who) == Admit(who)


def test_nobody_is_admitted_without_having_asked():
    assert opened().identify(CITY_OPERATOR) is None


def test_a_client_that_knows_where_it_was_goes_on_from_there():
    session = admitted(epoch="e", after=7)
    assert session.place(epoch="e", head=9, oldest=8) == Resume(7)


def test_a_client_that_has_everything_goes_on_too():
    assert admitted(epoch="e", after=9).place(epoch="e", head=9, oldest=10) == Resume(9)


@pytest.mark.parametrize(
    ("hello", "head", "oldest"),
    [
        ({}, 9, 1),
        ({"epoch": "e"}, 9, 1),
        ({"after": 7}, 9, 1),
        ({"epoch": "other", "after": 7}, 9, 1),
        ({"epoch": 5, "after": 7}, 9, 1),
        ({"epoch": "e", "after": 10}, 9, 1),
        ({"epoch": "e", "after": 7}, 9, 9),
        ({"epoch": "e", "after": 0}, HISTORY_MAX + 1, 1),
        ({"epoch": "e", "after": -1}, 9, 0),
        ({"epoch": "e", "after": "7"}, 9, 1),
        ({"epoch": "e", "after": 7.5}, 9, 1),
        ({"epoch": "e", "after": True}, 9, 1),
        ({"epoch": "e", "after": 10**30}, 9, 1),
    ],
)
def test_whoever_cannot_go_on_takes_a_snapshot(hello, head, oldest):
    assert admitted(**hello).place(epoch="e", head=head, oldest=oldest) == TakeSnapshot()


def test_the_longest_history_is_still_sent_as_events():
    assert admitted(epoch="e", after=1).place(epoch="e", head=HISTORY_MAX + 1, oldest=1) == Resume(1)


def test_ranges_follow_each_other():
    session = live(5)
    session.advance(6, 6)
    session.advance(7, 9)
    assert session.position == 9


@pytest.mark.parametrize(("from_", "to"), [(5, 7), (7, 8), (6, 5), (0, 9)])
def test_a_range_with_a_hole_or_an_overlap_is_never_sent(from_, to):
    session = live(5)
    with pytest.raises(RangeBroken):
        session.advance(from_, to)
    assert session.position == 5


def test_a_heartbeat_covers_what_was_not_for_this_client():
    session = live(5)
    session.rest(9)
    session.advance(10, 10)
    assert session.position == 10


def test_a_heartbeat_never_goes_back():
    session = live(5)
    session.rest(5)
    with pytest.raises(RangeBroken):
        session.rest(4)


def test_nothing_is_sent_before_the_welcome():
    for send in (lambda session: session.advance(1, 1), lambda session: session.rest(1)):
        with pytest.raises(RangeBroken):
            send(admitted())


def test_there_is_one_welcome():
    with pytest.raises(RangeBroken):
        live(5).welcome(6)


def test_nobody_is_welcomed_before_the_rights_are_known():
    session = opened()
    session.receive_text('{"type":"hello"}')
    with pytest.raises(RangeBroken):
        session.welcome(0)
