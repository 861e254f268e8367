"""What a command does to the database beside a running server."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

import pytest

from geo.areas import AreaMap
from geo.geojson import File, read_map
from geo.stored import read_stored
from panic_server.clock import SystemClock
from panic_server.demo import cities
from panic_server.journal import admin

NOW = SystemClock().now()


def take_the_right_to_write(path: Path) -> None:
    """As the server's writer does for each alarm. Raises sqlite3.OperationalError at once when another has it."""
    other = sqlite3.connect(path, timeout=0, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    other.close()


def test_alarms_do_not_wait_while_a_map_is_read_and_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "kentongan.db"
    admin.store_map(f"sqlite:///{path}", cities.generated(1, 60), now=NOW)
    done: list[str] = []

    def build(files: Sequence[File], *, version: int) -> AreaMap:
        take_the_right_to_write(path)
        done.append("built")
        return read_map(files, version=version)

    def read(text: str, *, version: int) -> AreaMap:
        take_the_right_to_write(path)
        done.append("read")
        return read_stored(text, version=version)

    monkeypatch.setattr(admin, "read_map", build)
    monkeypatch.setattr(admin, "read_stored", read)
    admin.store_map(f"sqlite:///{path}", cities.generated(2, 60), now=NOW)
    assert done == ["read", "built"]


def test_a_map_that_another_overtakes_is_the_version_after_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path}/kentongan.db"

    def build(files: Sequence[File], *, version: int) -> AreaMap:
        monkeypatch.undo()
        admin.store_map(url, cities.generated(2, 60), now=NOW)
        return read_map(files, version=version)

    monkeypatch.setattr(admin, "read_map", build)
    stored = admin.store_map(url, cities.generated(1, 60), now=NOW)
    in_force = admin.current_map(url)
    assert stored.version == in_force.version == 2
    wanted = [area.code for area in read_map(cities.generated(1, 60), version=2).areas()]
    assert [area.code for area in in_force.areas()] == [area.code for area in stored.areas()] == wanted


def break_newest_map(url: str) -> None:
    with admin.opened(url) as connection:
        connection.exec_driver_sql("UPDATE maps SET document = '{' WHERE version = (SELECT max(version) FROM maps)")


def test_in_place_of_a_map_that_cannot_be_read_the_one_before_it_is_in_force(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/kentongan.db"
    for seed in (1, 2):
        admin.store_map(url, cities.generated(seed, 60), now=NOW)
    break_newest_map(url)
    with admin.opened(url) as connection:
        area_map, newest = admin.load_map(connection)
    assert (area_map.version, newest) == (1, 2)
    assert admin.current_map(url).version == 1


def test_a_map_that_cannot_be_read_is_mended_by_an_import_whatever_that_says(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/kentongan.db"
    admin.store_map(url, cities.generated(1, 60), now=NOW)
    break_newest_map(url)
    assert admin.current_map(url).version == 0
    assert admin.store_map(url, cities.generated(1, 60), now=NOW).version == 2
    admin.store_map(url, cities.generated(2, 60), now=NOW)
    break_newest_map(url)
    assert admin.store_map(url, cities.generated(1, 60), now=NOW).version == 4
    assert admin.current_map(url).version == 4
