"""Reports over HTTP: JSON and CSV, the period that is asked for, and what is refused."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.unit.panic_server.api.doubles import OPERATOR, SUPERVISOR, House, bearer, responses

PATH = "/v1/reports/response-times"


async def ask(house: House, query: str = "", person: Any = OPERATOR, **headers: str) -> Any:
    return await house.client.get(f"{PATH}{query}", headers={**bearer(person), **headers})


def some() -> Any:
    return responses(("S1", "fire", 0, 4, 20, 400, 900), ("", "crime", 60, 90, -1, -1, -1))


async def test_a_report_has_goals_a_total_and_a_line_for_each_group(house: House) -> None:
    house.journal.answered = some()
    house.clock.advance(3600)
    report = (await ask(house, "?group=sector")).json()
    assert report["goals"]["claim"] == {"within_s": 10, "share": 0.9}
    assert (report["group"], report["time_zone"]) == ("sector", "Asia/Jakarta")
    assert [(line["key"], line["name"], line["incidents"]) for line in report["groups"]] == [
        ("", "", 1),
        ("S1", "Polsek Satu", 1),
    ]
    assert report["total"]["claim"] == {
        "count": 2,
        "p50_s": 4.0,
        "p90_s": 30.0,
        "p95_s": 30.0,
        "within_goal": 1,
        "late": 1,
        "share": 0.5,
        "met": False,
    }
    assert report["groups"][1]["on_scene"]["met"] is True


async def test_the_period_is_asked_of_the_journal_for_this_reader(house: House) -> None:
    report = (await ask(house, "?from=2026-11-01&to=2026-11-02", SUPERVISOR)).json()
    asked = house.journal.wanted
    assert asked["reader"] == SUPERVISOR
    assert asked["since"] == datetime(2026, 10, 31, 17, tzinfo=UTC)
    assert asked["until"] == datetime(2026, 11, 2, 17, tzinfo=UTC)
    assert (report["from"], report["to"]) == ("2026-10-31T17:00:00Z", "2026-11-02T17:00:00Z")
    assert (report["groups"], report["total"]["incidents"]) == ([], 0)


@pytest.mark.parametrize(
    ("query", "accept", "is_csv"),
    [
        ("?format=csv", "application/json", True),
        ("", "text/csv", True),
        ("", "text/csv;q=1, */*;q=0.1", True),
        ("", "application/json, text/csv", False),
        ("?format=json", "text/csv", False),
        ("", "*/*", False),
    ],
)
async def test_csv_comes_to_those_who_ask_for_it(house: House, query: str, accept: str, is_csv: bool) -> None:
    answer = await ask(house, query, Accept=accept)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/csv" if is_csv else "application/json")
    assert ("attachment" in answer.headers.get("content-disposition", "")) is is_csv


async def test_the_csv_has_a_line_for_each_group_and_the_total_at_the_end(house: House) -> None:
    house.journal.answered = some()
    house.clock.advance(3600)
    text = (await ask(house, "?group=kind&format=csv")).text
    crime, fire, total = csv.DictReader(io.StringIO(text))
    assert (crime["group"], crime["key"], fire["key"]) == ("kind", "crime", "fire")
    assert (total["group"], total["key"], total["incidents"]) == ("total", "", "2")
    assert (fire["claim_p50_s"], fire["claim_share"], fire["claim_met"]) == ("4.0", "1.0", "yes")
    assert (crime["claim_met"], crime["dispatch_p95_s"], crime["dispatch_late"]) == ("no", "", "1")


async def test_a_name_in_the_csv_is_no_formula(house: House) -> None:
    house.journal.answered = responses(("=cmd()", "fire", 0, 4, 20, 400, 900))
    [line, _] = csv.DictReader(io.StringIO((await ask(house, "?group=sector&format=csv")).text))
    assert (line["key"], line["name"]) == ("'=cmd()", "'=cmd()")


@pytest.mark.parametrize(
    "query",
    [
        "?group=officer",
        "?group=",
        "?group=null",
        "?format=xml",
        "?from=null",
        "?from=yesterday",
        "?from=2026-11-01T08:00:00",
        "?to=2026-02-30",
        "?from=2026-11-02&to=2026-11-01",
        "?from=2024-01-01",
    ],
)
async def test_a_wrong_parameter_is_told_and_not_repeated(house: House, query: str) -> None:
    house.journal.break_down()
    answer = await ask(house, query)
    assert (answer.status_code, answer.json()["code"]) == (422, "query_invalid")
    assert answer.headers["content-type"] == "application/problem+json"
    assert query[-1] == "=" or query.rpartition("=")[2] not in answer.text


async def test_a_journal_that_does_not_answer_is_a_503(house: House) -> None:
    house.journal.break_down()
    assert (await ask(house)).status_code == 503
