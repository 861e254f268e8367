"""The demo's arguments, and the map it brings into force."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path

import pytest

from geo.geojson import write_map
from panic_server.clock import SystemClock
from panic_server.demo import cities
from panic_server.demo.city import generate_city
from panic_server.demo.run import add_arguments, main, with_settings
from panic_server.journal.admin import store_map
from panic_server.settings import read_settings


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--rt", "59"], "from 60 on"),
        (["--rt", "many"], "from 60 on"),
        (["--port", "70000"], "from 0 to 65535"),
        (["--officers", "-3"], "from 0 to 5000"),
        (["--alarms-per-minute", "nan"], "from 0 to 6000"),
        (["--speed", "2"], "unrecognized"),
    ],
)
def test_a_wrong_argument_gets_a_line_that_says_what_is_wrong(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert sentence in capsys.readouterr().err


@pytest.mark.parametrize(
    ("variables", "arguments", "expected"),
    [
        ({}, [], ("var/demo", "127.0.0.1", None)),
        ({"DATA_DIR": "/srv/k", "HOST": "::1", "PORT": "9000"}, [], ("/srv/k/demo", "::1", 9000)),
        ({"DATA_DIR": "/srv/k", "PORT": "9000"}, ["--data-dir", "d", "--port", "0"], ("d", "127.0.0.1", 0)),
    ],
)
def test_what_no_argument_says_is_as_in_the_settings_but_never_in_the_real_data(
    variables: dict[str, str],
    arguments: list[str],
    expected: tuple[str, str, int | None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("DATA_DIR", "HOST", "PORT"):
        monkeypatch.delenv(f"KENTONGAN_{name}", raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(f"KENTONGAN_{name}", value)
    parser = ArgumentParser()
    add_arguments(parser)
    wish = with_settings(parser.parse_args(arguments), read_settings())
    assert (str(wish.data_dir), wish.host, wish.port) == expected


def test_a_folder_without_maps_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"no \.geojson file"):
        cities.from_folder(tmp_path)


def test_the_same_city_again_is_no_new_version_of_the_map(tmp_path: Path) -> None:
    url, now = f"sqlite:///{tmp_path}/kentongan.db", SystemClock().now()
    first = store_map(url, cities.generated(1, 60), now=now)
    again = store_map(url, cities.generated(1, 60), now=now)
    other = store_map(url, cities.generated(2, 60), now=now)
    assert (first.version, again.version, other.version) == (1, 1, 2)


def test_a_city_in_several_files_is_one_map(tmp_path: Path) -> None:
    city = generate_city(1, 60)
    (tmp_path / "areas.geojson").write_bytes(write_map(city.areas, ()))
    (tmp_path / "sectors.geojson").write_bytes(write_map((), city.sectors))
    url = f"sqlite:///{tmp_path}/kentongan.db"
    known = store_map(url, cities.from_folder(tmp_path), now=SystemClock().now())
    assert (len(known.areas()), len(known.sectors)) == (len(city.areas), len(city.sectors))
