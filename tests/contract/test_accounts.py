"""People, tokens and sign-in codes, on each database."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import TypeVar

import pytest
from msgspec.json import decode
from sqlalchemy.engine import Connection

from panic_server.clock import FakeClock
from panic_server.journal.accounts import CODE_LIFE, UNKNOWN_S, RoleConflict, SqlAccounts
from panic_server.journal.admin import issue_code, issue_token, migrate, opened
from panic_server.journal.port import DutyOrder, JournalUnavailable, PersonRow
from panic_server.journal.queries import READ_S, Reader
from panic_server.people import Role
from tests.contract.desk import START, Desk

T = TypeVar("T")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(START)


@pytest.fixture
async def accounts(url: str, clock: FakeClock) -> AsyncIterator[SqlAccounts]:
    migrate(url)
    reader = Reader(url)
    accounts = SqlAccounts(url, reader, clock)
    yield accounts
    accounts.close()
    reader.close()


def issue(url: str, role: Role = Role.OFFICER, subject: str = "budi", areas: tuple[str, ...] | None = None) -> str:
    return issue_token(url, role=role, subject=subject, areas=areas, name=None, now=START)


async def test_a_token_is_its_persons(url: str, accounts: SqlAccounts) -> None:
    token = issue(url, Role.REPRESENTATIVE, "ketua", ("RT-W",))
    found = await accounts.principal(token)
    assert found is not None
    assert (found.subject, found.role, found.areas) == ("ketua", Role.REPRESENTATIVE, ("RT-W",))


async def test_tokens_and_codes_are_kept_as_hashes_only(url: str, accounts: SqlAccounts) -> None:
    secrets = [issue(url), issue_code(url, role=Role.OFFICER, subject="budi", areas=(), name=None, now=START)]
    with opened(url) as connection:
        kept = str([connection.exec_driver_sql(f"SELECT * FROM {table}").all() for table in ("tokens", "codes")])  # noqa: S608 - two names of ours
    assert not any(secret in kept for secret in secrets)
    assert await accounts.principal(secrets[0]) is not None


@pytest.mark.parametrize("token", ["", "wrong", "x" * 100_000, "\u00e9", "' OR 1=1 --"])
async def test_what_is_no_token_is_nobodys(accounts: SqlAccounts, token: str) -> None:
    assert await accounts.principal(token) is None


async def test_a_known_token_is_answered_from_memory_while_the_database_is_down(
    url: str, accounts: SqlAccounts
) -> None:
    token = issue(url)
    assert await accounts.principal(token) is not None
    with opened(url) as connection:
        connection.exec_driver_sql("ALTER TABLE tokens RENAME TO gone")
    assert await accounts.principal(token) is not None
    with pytest.raises(JournalUnavailable):
        await accounts.principal("another")


async def test_a_token_tried_too_early_works_within_a_second(
    url: str, accounts: SqlAccounts, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("secrets.token_urlsafe", lambda _: "the-token")
    assert await accounts.principal("the-token") is None
    issue(url)
    clock.advance(UNKNOWN_S)
    assert await accounts.principal("the-token") is not None


async def test_a_revoked_token_is_nobodys_in_every_process(url: str, accounts: SqlAccounts, clock: FakeClock) -> None:
    token = issue(url)
    reader = Reader(url)
    other = SqlAccounts(url, reader, clock)
    assert await other.principal(token) is not None
    await accounts.revoke(token)
    assert await accounts.principal(token) is None
    other.forget()
    assert await other.principal(token) is None
    other.close()
    reader.close()


async def test_what_was_read_before_a_token_was_revoked_is_not_remembered_after_it(
    url: str, accounts: SqlAccounts, clock: FakeClock
) -> None:
    token = issue(url)

    class SlowReader(Reader):
        """Its answer comes when the token is nobody's any more, and everybody was told so."""

        async def ask(self, question: Callable[[Connection], T], *, within_s: float = READ_S) -> T:
            found = await super().ask(question, within_s=within_s)
            await accounts.revoke(token)
            slow.forget()
            return found

    reader = SlowReader(url)
    slow = SqlAccounts(url, reader, clock)
    assert await slow.principal(token) is not None
    assert await slow.principal(token) is None
    slow.close()
    reader.close()


async def test_officers_on_duty_without_a_token_are_signed_out(desk: Desk, accounts: SqlAccounts) -> None:
    ended, _, signed_in, _ = [await desk.officer(name) for name in ("ended", "never", "signed-in", "off-duty")]
    await desk.writer.submit(DutyOrder(replace(ended, subject="off-duty"), on_duty=False))
    await accounts.revoke(issue(desk.url, subject=ended.subject))
    await accounts.revoke(issue(desk.url, subject=signed_in.subject))
    issue(desk.url, subject=signed_in.subject)
    found = await accounts.signed_out()
    assert sorted(one.subject for one in found) == ["ended", "never"]


async def test_a_citys_people_are_put_together_beside_the_event_loop(
    url: str, accounts: SqlAccounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    issue(url, Role.REPRESENTATIVE, "ketua", ("RT-W",))
    threads: list[str] = []

    def noted(text: str) -> list[str]:
        threads.append(threading.current_thread().name)
        return decode(text, type=list[str])

    monkeypatch.setattr("panic_server.journal.accounts.decode", noted)
    assert await accounts.people(Role.REPRESENTATIVE) == [PersonRow("ketua", Role.REPRESENTATIVE, "ketua", ("RT-W",))]
    assert [name.startswith("journal-reader") for name in threads] == [True]


async def test_a_code_signs_in_once(url: str, accounts: SqlAccounts) -> None:
    code = issue_code(url, role=Role.OPERATOR, subject="op", areas=(), name="Op", now=START)
    principal, token = await accounts.exchange(code) or pytest.fail("not taken")
    assert principal.subject == "op"
    assert await accounts.principal(token) == principal
    assert await accounts.exchange(code) is None


async def test_a_code_that_is_too_old_signs_nobody_in(url: str, accounts: SqlAccounts, clock: FakeClock) -> None:
    code = issue_code(url, role=Role.OPERATOR, subject="op", areas=(), name="Op", now=START)
    clock.advance(CODE_LIFE.total_seconds() + 1)
    assert await accounts.exchange(code) is None


def test_a_subject_cannot_get_a_token_of_another_role(url: str) -> None:
    issue(url, Role.RESIDENT, "budi")
    with pytest.raises(RoleConflict):
        issue(url, Role.SUPERVISOR, "budi")


async def test_a_second_token_without_areas_keeps_the_areas(url: str, accounts: SqlAccounts) -> None:
    issue(url, Role.REPRESENTATIVE, "ketua", ("RT-W",))
    found = await accounts.principal(issue(url, Role.REPRESENTATIVE, "ketua"))
    assert found is not None
    assert found.areas == ("RT-W",)


async def test_a_second_token_for_no_areas_takes_the_areas_from_all_tokens(url: str, accounts: SqlAccounts) -> None:
    first = issue(url, Role.OPERATOR, "op", ("S1",))
    second = issue_code(url, role=Role.OPERATOR, subject="op", areas=(), name=None, now=START)
    assert (signed_in := await accounts.exchange(second)) is not None
    assert (known := await accounts.principal(first)) is not None
    assert (signed_in[0].areas, known.areas) == ((), ())


async def test_every_change_of_accounts_is_told_to_running_servers(desk: Desk) -> None:
    before = (await desk.queries.revisions()).get("accounts", 0)
    issue(desk.url)
    assert (await desk.queries.revisions())["accounts"] > before
