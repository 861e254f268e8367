"""`kentongan token`: a secret alone on the last line, and what becomes of the person."""

import json
import sqlite3

import pytest

from tests.unit.panic_server.api.doubles import MAP
from tests.unit.panic_server.commands.terminal import run

pytestmark = pytest.mark.usefixtures("data_dir")


def test_a_token_stands_alone_on_the_last_line(capsys):
    status, out, _ = run(capsys, "token", "--role", "operator", "--subject", "siti")
    assert status == 0
    assert len(out[-1]) >= 40
    assert " " not in out[-1]


def test_an_area_that_is_on_no_map_is_named_beside_the_token(capsys, tmp_path):
    file = tmp_path / "map.geojson"
    file.write_text(json.dumps(MAP))
    run(capsys, "import-areas", str(file))
    known = run(capsys, "token", "--role", "operator", "--subject", "siti", "--area", "S1")
    typed = run(capsys, "token", "--role", "representative", "--subject", "budi", "--area", "RT1", "--area", "RT-1")
    assert [(status, len(out)) for status, out, _ in (known, typed)] == [(0, 1), (0, 1)]
    assert (known[2], typed[2]) == ([], ["kentongan: warning: there is no area or sector RT-1 on the map in force"])


@pytest.mark.parametrize(
    ("role", "areas", "warnings"),
    [
        ("operator", ["RT1"], ["RT1 is a rt; operators' areas are sectors"]),
        ("supervisor", ["S1", "RT1"], ["RT1 is a rt; supervisors' areas are sectors"]),
        ("officer", ["RT1"], ["RT1 is a rt; officers' areas are sectors"]),
        ("representative", ["S1", "RT1"], ["S1 is a sector; representatives' are rt, rw, village"]),
        ("representative", [], ["ani hears of nothing without --area"]),
        ("resident", ["RT1"], []),
        ("operator", [], []),
    ],
)
def test_areas_that_do_nothing_for_the_person_are_named_beside_the_token(capsys, tmp_path, role, areas, warnings):
    file = tmp_path / "map.geojson"
    file.write_text(json.dumps(MAP))
    run(capsys, "import-areas", str(file))
    more = [word for area in areas for word in ("--area", area)]
    status, out, err = run(capsys, "token", "--role", role, "--subject", "ani", *more)
    assert (status, len(out)) == (0, 1)
    assert err == [f"kentongan: warning: {warning}" for warning in warnings]


def test_a_further_token_of_a_representative_who_has_an_area_is_made_without_a_warning(capsys, tmp_path):
    file = tmp_path / "map.geojson"
    file.write_text(json.dumps(MAP))
    run(capsys, "import-areas", str(file))
    run(capsys, "token", "--role", "representative", "--subject", "ani", "--area", "RT1")
    assert run(capsys, "token", "--role", "representative", "--subject", "ani")[2] == []


def test_a_persons_tokens_and_links_are_ended_where_there_is_such_a_person(capsys, data_dir):
    for more in ([], [], ["--link"]):
        assert run(capsys, "token", "--role", "officer", "--subject", "budi", *more)[0] == 0
    ended = run(capsys, "token", "--role", "officer", "--subject", "budi", "--revoke")
    assert ended == (0, ["budi is signed out: 2 tokens are worth nothing any more"], [])
    with sqlite3.connect(data_dir / "kentongan.db") as connection:
        assert connection.execute("SELECT count(*) FROM tokens WHERE revoked_at IS NULL").fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM codes WHERE used_at IS NULL").fetchone() == (0,)
    for role, subject in (("officer", "adi"), ("operator", "budi")):
        refused = run(capsys, "token", "--role", role, "--subject", subject, "--revoke")
        assert refused == (1, [], [f"kentongan: there is no {role} {subject}"])


def test_an_officers_unit_is_kept_until_another_one_is_given(capsys, data_dir):
    kept = []
    for more in (["--unit", "motorcycle"], [], ["--unit", "boat"], ["--link"]):
        assert run(capsys, "token", "--role", "officer", "--subject", "budi", *more)[0] == 0
        with sqlite3.connect(data_dir / "kentongan.db") as connection:
            kept += connection.execute("SELECT unit FROM people").fetchone()
    assert kept == ["motorcycle", "motorcycle", "boat", "boat"]


def test_areas_are_kept_until_others_are_given_or_the_whole_city(capsys, data_dir):
    kept = []
    for more in (["--area", "S1"], [], ["--city-wide"], [], ["--area", "S2"], ["--city-wide", "--link"]):
        assert run(capsys, "token", "--role", "operator", "--subject", "siti", *more)[0] == 0
        with sqlite3.connect(data_dir / "kentongan.db") as connection:
            kept += connection.execute("SELECT areas FROM people").fetchone()
        connection.close()
    assert kept == ['["S1"]', '["S1"]', "[]", "[]", '["S2"]', "[]"]


@pytest.mark.parametrize("role", ["operator", "supervisor"])
def test_who_is_new_and_city_wide_is_made_like_one_without_an_area(capsys, role):
    status, out, err = run(capsys, "token", "--role", role, "--subject", "siti", "--city-wide")
    assert (status, len(out), err) == (0, 1, [])


@pytest.mark.parametrize(
    ("role", "page"),
    [
        ("resident", ""),
        ("officer", "officer"),
        ("representative", "representative"),
        ("operator", "console"),
        ("supervisor", "console"),
    ],
)
def test_a_link_leads_to_the_page_of_the_role_with_its_code_behind_the_hash(capsys, role, page):
    argv = ["token", "--role", role, "--subject", "x", "--link", "https://darurat.example/"]
    status, out, _ = run(capsys, *argv)
    address, _, code = out[-1].partition("#code=")
    assert (status, address) == (0, f"https://darurat.example/{page}")
    assert len(code) >= 20


def test_a_link_without_an_address_leads_to_the_servers_own(capsys, monkeypatch):
    monkeypatch.setenv("KENTONGAN_PUBLIC_URL", "https://kota.example")
    _, out, _ = run(capsys, "token", "--role", "resident", "--subject", "x", "--link")
    assert out[-1].startswith("https://kota.example/#code=")
