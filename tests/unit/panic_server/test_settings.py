"""Settings come from the environment, once, and say plainly what is wrong."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from panic_server.settings import read_settings, unknown_variables, variable


def test_without_any_variable_the_server_is_embedded_and_listens_to_this_machine_only():
    settings = read_settings()
    assert settings.is_embedded
    assert settings.database_url == "sqlite:///var/kentongan.db"
    assert settings.address == "http://127.0.0.1:8000"


def test_the_database_is_in_the_data_folder(monkeypatch):
    monkeypatch.setenv("KENTONGAN_DATA_DIR", "/srv/kentongan")
    assert read_settings().database_url == "sqlite:////srv/kentongan/kentongan.db"


@pytest.mark.parametrize("url", ["postgres://u:p@h/d", "postgresql://u:p@h/d", "postgresql+psycopg://u:p@h/d"])
def test_every_way_to_name_postgresql_is_ours(monkeypatch, url):
    monkeypatch.setenv("KENTONGAN_DATABASE_URL", url)
    settings = read_settings()
    assert settings.database_url == "postgresql+psycopg://u:p@h/d"
    assert not settings.is_embedded


def test_an_empty_variable_counts_as_not_set(monkeypatch):
    monkeypatch.setenv("KENTONGAN_FCM_CREDENTIALS", "")
    assert read_settings().fcm_credentials is None


def test_a_path_is_a_path(monkeypatch):
    monkeypatch.setenv("KENTONGAN_FCM_CREDENTIALS", "key.json")
    assert read_settings().fcm_credentials == Path("key.json")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "http"),
        ("PORT", "65536"),
        ("PORT", "-1"),
        ("DATABASE_URL", "mysql://u:hunter2@h/d"),
        ("DATABASE_URL", "kentongan.db"),
        ("REDIS_URL", "redis://:hunter2@h:six/0"),
        ("REDIS_URL", "http://h"),
        ("PUBLIC_URL", "darurat.example"),
        ("LOG_LEVEL", "loud"),
        ("LOG_FORMAT", "xml"),
        ("TIME_ZONE", "Asia/Semarang"),
        ("TIME_ZONE", "../../etc/passwd"),
    ],
)
def test_a_wrong_value_is_refused_without_showing_it(monkeypatch, name, value):
    monkeypatch.setenv(f"KENTONGAN_{name}", value)
    with pytest.raises(ValidationError) as caught:
        read_settings()
    assert [variable(str(one["loc"][0])) for one in caught.value.errors()] == [f"KENTONGAN_{name}"]
    assert "hunter2" not in str(caught.value)


def test_settings_do_not_change():
    with pytest.raises(ValidationError):
        read_settings().port = 1


@pytest.mark.parametrize(
    ("variables", "address"),
    [
        ({"HOST": "0.0.0.0", "PORT": "80"}, "http://127.0.0.1:80"),  # noqa: S104 - named, not bound to.
        ({"HOST": "::"}, "http://[::1]:8000"),
        ({"PUBLIC_URL": "https://darurat.example/"}, "https://darurat.example"),
        ({"HOST": "::1"}, "http://[::1]:8000"),
    ],
)
def test_the_address_is_one_that_a_browser_reaches(monkeypatch, variables, address):
    for name, value in variables.items():
        monkeypatch.setenv(f"KENTONGAN_{name}", value)
    assert read_settings().address == address


def test_variables_that_are_no_settings_are_found():
    environ = {
        "KENTONGAN_PRT": "1",
        "KENTONGAN_PORT": "1",
        "KENTONGAN_TEST_CITY": "x",
        "KENTONGAN_URL": "x",
        "PATH": "x",
    }
    assert unknown_variables(environ) == ["KENTONGAN_PRT"]
