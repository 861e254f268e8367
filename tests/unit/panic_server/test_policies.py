"""The policy's file: shipped, a city's own, changed while the server runs, and with mistakes in it."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from dispatch.incident import Kind
from dispatch.policy import Policy, Rules
from dispatch.policy_text import PolicyInvalid
from dispatch.units import Unit
from panic_server.journal.port import JournalUnavailable
from panic_server.policies import PolicyInForce, load_policy, shipped_text

OWN = 'version = "kota-{}"\n[usual]\nofficers_per_step = {}\n'


class Shelf:
    """Keeps what is put there: what each policy said, and which one was in force meanwhile."""

    def __init__(self, policies: PolicyInForce, texts: Sequence[str] = ()) -> None:
        self.kept: list[tuple[str, str, str]] = []
        self.is_away = False
        self._policies = policies
        self._texts = texts

    async def keep(self, version: str, text: str) -> None:
        if self.is_away:
            raise JournalUnavailable("the database does not answer")
        self.kept.append((version, text, self._policies.current.version))

    async def texts(self) -> Sequence[str]:
        return self._texts


def write(path: Path, version: int, officers: int) -> None:
    path.write_text(OWN.format(version, officers), encoding="utf-8")


def remove(path: Path) -> None:
    path.unlink()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "policy.toml"
    write(path, 1, 2)
    return path


def test_what_is_usual_in_the_shipped_policy_is_what_a_citys_file_may_leave_out() -> None:
    policy = load_policy(None)
    assert replace(policy, version="", kinds={}, hours=()) == Policy(version="")
    assert policy.version.startswith("kentongan-")


def test_the_shipped_policy_names_every_number_that_can_be_set() -> None:
    lines = shipped_text().splitlines()
    named = {line.partition(" = ")[0] for line in lines if " = " in line and not line.startswith("#")}
    fields = {*Rules.__dataclass_fields__, *Policy.__dataclass_fields__}
    assert (fields - {"usual", "kinds", "hours", "unit_kmh"}) | set(Unit) <= named


def test_the_kinds_of_the_shipped_policy_differ() -> None:
    policy = load_policy(None)
    kinds = (Kind.CRIME, Kind.FIRE, Kind.MEDICAL, Kind.DISASTER, Kind.EMERGENCY)
    assert len({repr(policy.kinds[kind]) for kind in kinds}) == len(kinds)


async def test_a_changed_file_is_taken_without_a_restart(file: Path) -> None:
    policies = PolicyInForce.of_file(file)
    assert not await policies.look()
    write(file, 2, 5)
    assert await policies.look()
    assert policies.current.usual.officers_per_step == 5
    assert policies.current.version.startswith("kota-2")
    assert not await policies.look()


async def test_a_file_with_a_mistake_leaves_the_last_good_one_in_force_until_it_is_mended(file: Path) -> None:
    policies = PolicyInForce.of_file(file)
    write(file, 2, 500)
    assert not await policies.look()
    assert policies.current.usual.officers_per_step == 2
    assert not policies.check().ok
    assert "usual.officers_per_step must be" in policies.check().detail
    write(file, 3, 4)
    assert await policies.look()
    assert policies.check().ok
    assert policies.current.usual.officers_per_step == 4


async def test_a_file_that_goes_away_changes_nothing_but_is_told(file: Path) -> None:
    policies = PolicyInForce.of_file(file)
    await policies.look()
    remove(file)
    assert not await policies.look()
    assert policies.current.usual.officers_per_step == 2
    assert not policies.check().ok


async def test_a_policy_is_kept_before_it_decides_and_only_if_it_is_another_one(file: Path) -> None:
    policies = PolicyInForce.of_file(file)
    shelf = Shelf(policies)
    await policies.keep_on(shelf)
    first = policies.current.version
    assert shelf.kept == [(first, OWN.format(1, 2), first)]
    await policies.look()
    write(file, 2, 5)
    await policies.look()
    assert shelf.kept[1:] == [(policies.current.version, OWN.format(2, 5), first)]


async def test_a_policy_that_cannot_be_kept_is_told_does_not_decide_and_is_tried_again(file: Path) -> None:
    policies = PolicyInForce.of_file(file)
    shelf = Shelf(policies)
    await policies.keep_on(shelf)
    shelf.is_away = True
    write(file, 2, 5)
    for _ in range(2):
        assert not await policies.look()
        assert policies.current.version.startswith("kota-1")
        assert "cannot be kept: the database does not answer" in policies.check().detail
    shelf.is_away = False
    assert await policies.look()
    assert policies.check().ok


@pytest.mark.parametrize("kept", [[], ["not a policy", OWN.format(1, 500)]], ids=["nothing kept", "nothing readable"])
async def test_with_a_mistake_at_the_first_start_the_shipped_policy_is_in_force(
    tmp_path: Path, kept: list[str]
) -> None:
    policies = PolicyInForce.of_file(tmp_path / "missing.toml")
    shelf = Shelf(policies, kept)
    await policies.keep_on(shelf)
    assert policies.current == load_policy(None)
    assert [text for _version, text, _current in shelf.kept] == [shipped_text()]
    assert not policies.check().ok


async def test_with_a_mistake_at_a_later_start_what_decided_last_stays_in_force_until_it_is_mended(file: Path) -> None:
    write(file, 4, 500)
    policies = PolicyInForce.of_file(file)
    shelf = Shelf(policies, ["not a policy", OWN.format(3, 4), OWN.format(2, 5)])
    await policies.keep_on(shelf)
    assert policies.current.usual.officers_per_step == 4
    assert shelf.kept == [(policies.current.version, OWN.format(3, 4), policies.current.version)]
    assert policies.check().detail.startswith(f"{policies.current.version} stays in force: usual.officers_per_step")
    write(file, 3, 4)
    assert not await policies.look()
    assert policies.check().ok


async def test_a_good_file_at_the_start_decides_whatever_decided_before(file: Path) -> None:
    policies = PolicyInForce.of_file(file)
    await policies.keep_on(Shelf(policies, [OWN.format(3, 4)]))
    assert policies.current.usual.officers_per_step == 2


def test_a_file_that_is_no_text_is_refused_with_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(PolicyInvalid, match="not written in UTF-8"):
        load_policy(path)
