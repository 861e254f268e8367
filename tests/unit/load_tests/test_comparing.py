"""The comparison with other servers: what is lost shows, what is missing is said, and one table tells all."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from load_tests import __main__ as load
from load_tests.findings import Findings
from load_tests.others import servers
from load_tests.others.compare import KENTONGAN, STEPS, Column, arrivals_of, event_size
from load_tests.others.publisher import payload_of
from load_tests.others.side_by_side import DOES, QUESTIONS, side_by_side
from load_tests.profiles import Step
from load_tests.records import Ack, Recording, Stream

MS = 1_000_000
FRAMES = [payload_of(number, 1974) for number in range(3)]


def acks(count: int = 3) -> list[Ack]:
    return [Ack(str(n), "publisher", n * MS, n * MS, (n + 2) * MS, 201, n + 1) for n in range(count)]


def what_is_found(frames: list[int], published: list[Ack] | None = None) -> dict[str, int]:
    findings = Findings()
    stream = Stream("subscriber0", True, [10 * MS] * len(frames), frames)
    arrivals_of(Recording(FRAMES, [stream]), acks() if published is None else published, findings)
    return dict(findings.counts)


def test_what_a_subscriber_did_not_get_once_and_in_order_is_found() -> None:
    assert what_is_found([0, 1, 2]) == {}
    assert what_is_found([0, 2]) == {"lost": 1}
    assert what_is_found([0, 1, 1, 2]) == {"duplicated": 1}
    assert what_is_found([0, 2, 1]) == {"disordered": 1}
    assert what_is_found([0, 1, 2], [*acks(2), Ack("2", "publisher", 0, 0, 0, 0, 3)]) == {"lost": 1}


def test_a_message_is_with_the_last_subscriber_when_it_is_with_all() -> None:
    streams = [Stream(str(n), True, [(5 + n + at) * MS for at in range(3)], [0, 1, 2]) for n in range(2)]
    streams[1].frames.pop()
    streams[1].at_ns.pop()
    column = Column("nats", 1000, acks())
    column.time(arrivals_of(Recording(FRAMES, streams), column.acks, column.findings))
    assert column.to_each == [5 * MS, 6 * MS, 5 * MS, 6 * MS, 5 * MS]
    assert column.to_last == [6 * MS, 6 * MS]


def test_the_messages_of_the_others_are_as_large_as_the_live_events_of_presses() -> None:
    event, other = b'{"kind":"incident_opened","data":{"a":1}}', b'{"kind":"offers_made","data":{}}'
    frame = b'{"type":"events","from":1,"to":2,"events":[' + event + b"," + other + b"]}"
    assert event_size(Recording([b'{"type":"welcome","at":0}', frame], [])) == len(event)
    assert {len(payload) for payload in FRAMES} == {1974}
    assert len(set(FRAMES)) == 3


def test_the_table_has_a_column_for_each_product_and_says_what_each_does_not_do() -> None:
    columns = [Column(name, 1000, acks(), 1974, to_each=[3 * MS], to_last=[4 * MS]) for name in DOES]
    columns[1].findings.lost("subscriber0: message 2 never came")
    lines = side_by_side(columns).splitlines()
    assert lines[0].split() == [KENTONGAN, "nats", "mosquitto", "socket.io"]
    rows = {
        label: line for line in lines for label in ("  publish -> ack", "lost", *QUESTIONS) if line.startswith(label)
    }
    assert rows["  publish -> ack"].split()[3:] == ["2.00", "/", "2.00"] * 4
    assert rows["lost"].split() == ["lost", "0", "1", "0", "0"]
    assert rows[QUESTIONS[0]].removeprefix(QUESTIONS[0]).split() == (
        ["yes,", "in", "groups", "no,", "every", "2", "min", "no,", "every", "30", "min", "no,", "never", "kept"]
    )


def test_without_the_programs_it_names_the_debian_packages_and_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(servers, "program_of", lambda _: None)
    monkeypatch.setattr(sys, "argv", ["load", "--profile", "others", "--keep", str(tmp_path)])
    assert load.main() == 1
    assert "apt-get install nats-server mosquitto" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_folder_without_socket_io_is_said_before_anything_runs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(servers, "program_of", lambda name: f"/usr/sbin/{name}")
    arguments = ["--profile", "others", "--keep", str(tmp_path / "keep"), "--socket-io", str(tmp_path)]
    monkeypatch.setattr(sys, "argv", ["load", *arguments])
    assert load.main() == 1
    assert f"npm install --prefix {tmp_path} socket.io" in capsys.readouterr().err


def test_the_others_are_no_part_of_the_whole_run() -> None:
    options = load._parser().parse_args([])
    assert [one.name for one in load.chosen_profiles(options)] == ["burst", "trickle", "ceiling"]


def test_the_others_take_precedence_where_kentongan_may(tmp_path: Path) -> None:
    status = tmp_path / "status"
    status.write_text("Name:\tpython\nCapEff:\t000001ffffffffff\n")
    assert servers.precedence(status) == -10
    status.write_text("Name:\tpython\nCapEff:\t00000000a80425fb\n")
    assert servers.precedence(status) == 0


def test_a_rate_of_its_own_makes_one_table() -> None:
    assert load.chosen_steps(load._parser().parse_args([])) == STEPS
    options = load._parser().parse_args(["--rate", "300", "--seconds", "2"])
    assert load.chosen_steps(options) == (Step(300, 2),)


def test_help_tells_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        load._parser().parse_args(["--help"])
    told = " ".join(capsys.readouterr().out.split())
    assert "others: the same work on NATS JetStream and mosquitto" in told
    assert "Debian packages nats-server and mosquitto" in told
