"""The command line: plain lines and the right exit status."""

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from panic_server.commands.inspection import shown
from panic_server.settings import Settings, variable
from tests.unit.panic_server.api.doubles import MAP
from tests.unit.panic_server.commands.terminal import run

KEY = {"type": "service_account", "client_email": "a@b", "private_key": "s3cret", "project_id": "p", "token_uri": "u"}


OPERATOR = ["token", "--role", "operator", "--subject", "siti"]

pytestmark = pytest.mark.usefixtures("data_dir")


@pytest.mark.parametrize(
    ("argv", "hint"),
    [
        ([], "COMMAND"),
        (["dance"], "'dance' (choose from 'serve', 'demo', 'migrate', 'token', 'import-areas', 'check')"),
        (["serve", "now"], "unrecognized arguments: now"),
        (["check", "--loud"], "unrecognized arguments: --loud"),
        (["token"], "required: --role, --subject"),
        (["token", "--role", "mayor", "--subject", "x"], "'mayor' is no role; use one of resident, officer"),
        (["token", "--role", "officer", "--subject", ""], "must have 1 to 80 printable characters"),
        (["token", "--role", "officer", "--subject", "a\nb"], "must have 1 to 80 printable characters"),
        (["token", "--role", "officer", "--subject", "x", "--area", ""], "must have 1 to 200 printable characters"),
        (["token", "--role", "officer", "--subject", "x", "--link", "here"], "'here' is no address"),
        (
            ["token", "--role", "officer", "--subject", "x", "--unit", "tank"],
            "'tank' is no unit; use one of foot",
        ),
        (["token", "--role", "resident", "--subject", "x", "--unit", "car"], "only officers have a unit"),
        (
            ["token", "--role", "officer", "--subject", "x", "--city-wide"],
            "only operators and supervisors are city-wide",
        ),
        ([*OPERATOR, "--city-wide", "--area", "S1"], "takes all areas from siti: give either that or --area"),
        ([*OPERATOR, "--city-wide", "--revoke"], "only ends what siti has; give --city-wide with a new token"),
        ([*OPERATOR, "--revoke", "--area", "S1"], "only ends what siti has; give --area with a new token"),
        ([*OPERATOR, "--revoke", "--link", "--name", "Siti"], "give --name, --link with a new token"),
        (["token", "--rol", "officer", "--subject", "x"], "required: --role"),
        (["import-areas"], "required: FILE"),
    ],
)
def test_a_wrong_argument_gets_a_helpful_line_and_status_2(capsys, argv, hint):
    status, out, err = run(capsys, *argv)
    assert (status, out) == (2, [])
    assert hint in err[-1]


def test_help_lists_every_command(capsys):
    status, out, _ = run(capsys, "--help")
    assert status == 0
    for command in ("serve", "demo", "migrate", "token", "import-areas", "check"):
        assert any(line.strip().startswith(command) for line in out)


def test_help_loads_nothing_heavy():
    code = "import sys; from panic_server import cli; cli.parse(['check']); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"sqlalchemy", "fastapi", "uvicorn", "shapely", "numpy", "firebase_admin", "pydantic"} & set(loaded)


def test_migrate_makes_the_schema_once(capsys):
    assert run(capsys, "migrate")[:2] == (0, ["The schema was brought up to date."])
    assert run(capsys, "migrate")[:2] == (0, ["The schema is up to date already."])


ALMOST = "The same places, drawn or listed otherwise than in the map in force."
SAME = ["warning: RT1: has no parent, so nothing above this rt is known", "No difference to the map in force."]


@pytest.fixture
def map_file(tmp_path: Path) -> Path:
    file = tmp_path / "city.geojson"
    file.write_text(json.dumps(MAP))
    return file


def test_a_dry_run_prints_what_would_change_and_changes_nothing(capsys, map_file):
    for _ in range(2):
        status, out, _ = run(capsys, "import-areas", "--dry-run", str(map_file))
        assert status == 0
        assert "rt added: RT1 RT 001" in out
        assert out[-1] == "1 areas and 1 sectors: nothing is changed by a dry run."


def test_an_imported_map_is_in_force(capsys, map_file):
    assert run(capsys, "import-areas", str(map_file))[1][-1] == "1 areas and 1 sectors are version 1, now in force."
    assert "No difference to the map in force." in run(capsys, "import-areas", "--dry-run", str(map_file))[1]


def test_the_map_in_force_imported_again_stays_the_version_it_is(capsys, map_file, data_dir):
    run(capsys, "import-areas", str(map_file))
    # A program may write the same otherwise: other spaces, features in another order, digits that change no number.
    written = json.dumps({**MAP, "features": MAP["features"][::-1]}, indent=1).replace("110.41,", "110.4100,")
    for text in (map_file.read_text(), written):
        map_file.write_text(text)
        said = run(capsys, "import-areas", str(map_file))
        assert said[:2] == (0, [*SAME, "1 areas and 1 sectors: nothing is changed, version 1 stays in force."])
    with sqlite3.connect(data_dir / "kentongan.db") as connection:
        assert connection.execute("SELECT version FROM maps").fetchall() == [(1,)]
        # Servers read the map again when this moves.
        assert connection.execute("SELECT revision FROM catalogue WHERE name = 'map'").fetchone() == (1,)
    connection.close()


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ("RT 001", "RT 01", "rt renamed: RT1: RT 001 -> RT 01"),
        ('["RT1"]', '["RT1"], "priority": 1', "sector has another priority: S1 Polsek Satu: priority 0 -> 1"),
        ("110.41", "110.41000000000001", "rt redrawn: RT1 RT 001: 1,221,988 m2 -> 1,221,988 m2 (+0 m2)"),
        ("[[110.4, -7.0], ", "[[110.4, -7.0], [110.4, -7.0], ", ALMOST),
    ],
)
def test_the_smallest_change_makes_a_new_version_of_the_map(capsys, map_file, was, now, said):
    run(capsys, "import-areas", str(map_file))
    map_file.write_text(map_file.read_text().replace(was, now))
    assert run(capsys, "import-areas", "--dry-run", str(map_file))[1][-2] == said
    status, out, _ = run(capsys, "import-areas", str(map_file))
    assert (status, out[-2:]) == (0, [said, "1 areas and 1 sectors are version 2, now in force."])


def test_a_bad_map_is_refused_with_what_is_wrong_in_it(capsys, tmp_path):
    file = tmp_path / "bad.geojson"
    features = [{"type": "Feature", "properties": {"code": "X", "name": "X", "level": "moon"}, "geometry": None}]
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    status, out, err = run(capsys, "import-areas", str(file))
    assert (status, out) == (1, [])
    assert any("unknown level moon" in line for line in err)
    assert err[-1] == "kentongan: The map is refused; the one in force stays."


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"[]", b"{", b"[" * 100_000])
def test_a_file_that_is_no_map_is_refused(capsys, tmp_path, content):
    file = tmp_path / "bad.geojson"
    file.write_bytes(content)
    assert run(capsys, "import-areas", str(file))[0] == 1


def test_a_missing_file_is_named(capsys, tmp_path):
    status, _, err = run(capsys, "import-areas", str(tmp_path / "gone.geojson"))
    assert (status, err) == (1, [f"kentongan: {tmp_path}/gone.geojson cannot be read: No such file or directory"])


@pytest.mark.parametrize("argv", [["migrate"], ["token", "--role", "officer", "--subject", "x"], ["serve"]])
def test_wrong_settings_stop_a_command_with_each_mistake(capsys, monkeypatch, argv):
    monkeypatch.setenv("KENTONGAN_PORT", "door")
    monkeypatch.setenv("KENTONGAN_DATABASE_URL", "mysql://u:hunter2@h/d")
    status, _, err = run(capsys, *argv)
    assert status == 1
    assert [line.split(":")[1].strip() for line in err[:2]] == ["KENTONGAN_DATABASE_URL", "KENTONGAN_PORT"]
    assert "hunter2" not in "".join(err)


def test_a_foreign_database_is_refused(capsys, monkeypatch, tmp_path):

    file = tmp_path / "theirs.db"
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE cats (name TEXT)")
    connection.close()
    monkeypatch.setenv("KENTONGAN_DATABASE_URL", f"sqlite:///{file}")
    for argv in (["migrate"], ["token", "--role", "officer", "--subject", "x"]):
        status, _, err = run(capsys, *argv)
        assert status == 1
        assert "not Kentongan's: cats" in err[0]


@pytest.mark.parametrize("command", ["migrate", "serve"])
def test_a_folder_that_may_not_be_made_is_named(capsys, monkeypatch, tmp_path, command):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("KENTONGAN_DATA_DIR", str(tmp_path / "file" / "var"))
    monkeypatch.setenv("KENTONGAN_PORT", "0")
    status, _, err = run(capsys, command)
    assert status == 1
    assert str(tmp_path / "file") in err[-1]
    assert "listen" not in err[-1]


def test_check_prints_every_setting_with_its_value_and_where_it_came_from(capsys, monkeypatch):
    monkeypatch.setenv("KENTONGAN_PORT", "9000")
    status, out, _ = run(capsys, "check")
    assert status == 0
    assert out[-1] == "All settings are fine."
    for field in Settings.model_fields:
        assert sum(line.startswith(f"{variable(field)} ") for line in out) == 1
    assert any(line.split()[:3] == ["KENTONGAN_PORT", "9000", "(environment:"] for line in out)
    assert any(line.split()[:3] == ["KENTONGAN_HOST", "127.0.0.1", "(default:"] for line in out)


def test_check_hides_secrets(capsys, monkeypatch, tmp_path):
    key = tmp_path / "key.json"
    key.write_text(json.dumps(KEY))
    monkeypatch.setenv("KENTONGAN_FCM_CREDENTIALS", str(key))
    monkeypatch.setenv("KENTONGAN_DATABASE_URL", "postgresql://u:hunter2@127.0.0.1:1/d?password=hunter3")
    monkeypatch.setenv("KENTONGAN_REDIS_URL", "redis://:hunter4@127.0.0.1:1/0")
    _, out, _ = run(capsys, "check")
    assert not [secret for secret in ("hunter", "s3cret") if secret in "".join(out)]
    assert any("postgresql+psycopg://u:***@127.0.0.1:1/d?password=***" in line for line in out)


@pytest.mark.parametrize(
    ("name", "value", "what"),
    [
        ("PORT", "door", "valid integer"),
        ("REDIS_URL", "redis://:hunter2@h:six/0", "must be an address"),
        ("FCM_CREDENTIALS", "/gone/key.json", "No such file"),
        ("BASEMAP_PMTILES", "/gone/map.pmtiles", "No such file"),
        ("DATABASE_URL", "sqlite://", "names no file"),
        ("DATABASE_URL", "sqlite:///:memory:", "names no file"),
        ("DATABASE_URL", "sqlite:////dev/null/kentongan.db", "is no folder"),
        ("DATABASE_URL", f"sqlite:///{__file__}", "file is not a database"),
        ("DATABASE_URL", "postgresql://u:hunter2@127.0.0.1:1/d", "refused"),
        ("REDIS_URL", "redis://:hunter2@127.0.0.1:1/0", "does not answer"),
        ("DATA_DIR", "/dev/null/var", "is no folder"),
    ],
)
def test_check_says_what_is_wrong_and_fails(capsys, monkeypatch, name, value, what):
    monkeypatch.setenv(f"KENTONGAN_{name}", value)
    status, out, _ = run(capsys, "check")
    assert status == 1
    place = next(number for number, line in enumerate(out) if line.startswith(f"KENTONGAN_{name} "))
    assert "WRONG:" in out[place + 1]
    assert what in out[place + 1]
    assert "hunter2" not in "".join(out)


def test_check_looks_into_the_database_and_changes_nothing(capsys, monkeypatch, data_dir):
    assert run(capsys, "check")[0] == 0
    assert not data_dir.exists()
    run(capsys, "migrate")
    assert run(capsys, "check")[0] == 0
    foreign = data_dir / "foreign.db"
    with sqlite3.connect(foreign) as connection:
        connection.execute("CREATE TABLE guests (name)")
    connection.close()
    before = foreign.read_bytes()
    monkeypatch.setenv("KENTONGAN_DATABASE_URL", f"sqlite:///{foreign}")
    status, out, _ = run(capsys, "check")
    assert status == 1
    assert any("WRONG: the database holds tables that are not Kentongan's: guests" in line for line in out)
    assert foreign.read_bytes() == before
    with sqlite3.connect(data_dir / "kentongan.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    monkeypatch.delenv("KENTONGAN_DATABASE_URL")
    status, out, _ = run(capsys, "check")
    assert status == 1
    assert any("WRONG: its schema 9999 is newer" in line for line in out)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ("{", "no JSON"),
        ("[]", "no key"),
        (json.dumps({**KEY, "type": "user"}), "no key"),
        ('{"type": "service_account"}', "no key"),
    ],
)
def test_check_looks_into_the_key(capsys, monkeypatch, tmp_path, content, what):
    key = tmp_path / "key.json"
    key.write_text(content)
    monkeypatch.setenv("KENTONGAN_FCM_CREDENTIALS", str(key))
    status, out, _ = run(capsys, "check")
    assert status == 1
    assert any(what in line for line in out)


def test_check_names_variables_that_look_misspelled(capsys, monkeypatch):
    monkeypatch.setenv("KENTONGAN_DATABAS_URL", "x")
    status, out, _ = run(capsys, "check")
    assert status == 1
    assert "WRONG: KENTONGAN_DATABAS_URL is no setting; do you mean KENTONGAN_DATABASE_URL?" in out


@pytest.mark.parametrize(
    "argv", [["migrate"], ["token", "--role", "resident", "--subject", "budi"]], ids=["migrate", "token"]
)
def test_other_commands_name_such_variables_as_well(capsys, monkeypatch, data_dir, argv):
    monkeypatch.setenv("KENTONGAN_DATABAS_URL", "x")
    status, _, err = run(capsys, *argv)
    assert status == 0
    assert err == ["kentongan: warning: KENTONGAN_DATABAS_URL is no setting; do you mean KENTONGAN_DATABASE_URL?"]


@pytest.mark.parametrize("barred", [".", "kentongan.db", "kentongan.db-wal"])
def test_what_this_user_may_not_write_to_is_named_with_its_owner(capsys, monkeypatch, data_dir, barred):
    run(capsys, "migrate")
    (data_dir / "kentongan.db-wal").touch()
    path, may = (data_dir / barred).absolute(), os.access
    # The superuser, as whom containers run tests, may write everywhere.
    monkeypatch.setattr(os, "access", lambda asked, mode: Path(asked).absolute() != path and may(asked, mode))
    sentence = f"{data_dir / barred} cannot be written to; it belongs to {path.owner()}"
    for command in ("migrate", "serve"):
        assert run(capsys, command) == (1, [], [f"kentongan: {sentence}"])
    status, out, _ = run(capsys, "check")
    assert status == 1
    assert any(line.endswith(f"WRONG: {sentence}") for line in out)


def test_a_data_folder_that_cannot_be_made_is_said_so(capsys, monkeypatch):
    monkeypatch.setenv("KENTONGAN_DATA_DIR", "/dev/null/var")
    assert run(capsys, "serve") == (1, [], ["kentongan: the data folder /dev/null/var cannot be made: Not a directory"])


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "-"),
        (8000, "8000"),
        ("sqlite:///var/kentongan.db", "sqlite:///var/kentongan.db"),
        ("redis://user:pw@h:1/0", "redis://user:***@h:1/0"),
        ("redis://:p%40w@h:1/0", "redis://:***@h:1/0"),
        ("postgresql://u@h/d?sslkey=x", "postgresql://u@h/d?sslkey=***"),
    ],
)
def test_an_address_is_shown_without_its_secrets(value, text):
    assert shown(value) == text


def test_a_reader_who_has_seen_enough_is_no_error():
    unread, pipe = os.pipe()
    os.close(unread)
    command = [sys.executable, "-m", "panic_server.cli", "check"]
    done = subprocess.run(command, stdout=pipe, stderr=subprocess.PIPE, text=True, check=False)
    os.close(pipe)
    assert (done.returncode, done.stderr) == (141, "")


def test_an_interrupt_while_a_command_is_loaded_leaves_no_traceback(capsys, monkeypatch):
    def interrupted(_name):
        raise KeyboardInterrupt

    monkeypatch.setattr("panic_server.cli.import_module", interrupted)
    assert run(capsys, "check") == (130, [], [])
