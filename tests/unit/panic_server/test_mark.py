"""The mark in the data folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from panic_server.mark import STRANGER, MarkKeeper, last_mark, read_mark, write_mark


def test_the_mark_comes_back_as_it_was_written_last(tmp_path: Path) -> None:
    write_mark(tmp_path, "epoch", 7)
    write_mark(tmp_path, "epoch", 8)
    assert read_mark(tmp_path) == ("epoch", 8)
    assert [path.name for path in tmp_path.iterdir()] == ["head.json"]


@pytest.mark.parametrize("content", [None, b"", b"{", b"[]", b'{"epoch": 1, "seq": 2}', b'{"epoch": "x"}', b"\xff"])
def test_without_a_readable_mark_nothing_is_concluded(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "head.json").write_bytes(content)
    assert read_mark(tmp_path) is None


def test_a_folder_that_is_gone_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"head\.json"):
        write_mark(tmp_path / "gone", "epoch", 1)


def test_a_journal_beside_which_no_mark_lies_is_not_taken_for_the_one_that_clients_know(tmp_path: Path) -> None:
    assert last_mark(tmp_path, is_alone=True) == STRANGER
    write_mark(tmp_path, "epoch", 7)
    assert last_mark(tmp_path, is_alone=True) == ("epoch", 7)


def test_a_further_node_has_no_mark_yet_and_concludes_nothing(tmp_path: Path) -> None:
    assert last_mark(tmp_path, is_alone=False) is None


def test_the_mark_follows_the_head_and_is_written_only_when_that_moves(tmp_path: Path) -> None:
    mark = MarkKeeper(tmp_path)
    mark.keep(("", 0))
    assert read_mark(tmp_path) is None
    mark.keep(("epoch", 7))
    assert read_mark(tmp_path) == ("epoch", 7)
    (tmp_path / "head.json").unlink()
    mark.keep(("epoch", 7))
    assert read_mark(tmp_path) is None
    mark.keep(("epoch", 8))
    assert read_mark(tmp_path) == ("epoch", 8)


def test_a_mark_that_could_not_be_written_is_written_at_the_next_try(tmp_path: Path) -> None:
    mark = MarkKeeper(tmp_path / "later")
    mark.keep(("epoch", 7))
    (tmp_path / "later").mkdir()
    mark.keep(("epoch", 7))
    assert read_mark(tmp_path / "later") == ("epoch", 7)
