"""The way that an alarm came: what merges brought it here, and where each of them found it."""

from panic_server.journal.ways import came_by, way_before, way_by_merge, way_by_split


def test_a_merge_that_brought_it_here_is_known_whatever_came_after() -> None:
    way = way_by_merge(way_by_split(way_by_merge(None, "a"), "b"), "c")
    assert way == "/a/~b/c/"
    assert came_by(way, "b", merged="a", into="b")
    assert came_by(way, "b", merged="c", into="b")
    assert (way_before(way, "b", merged="c", into="b"), way_before(way, "b", merged="a", into="b")) == ("/a/~b/", None)


def test_a_split_is_no_merge_and_each_merge_leads_to_one_incident_alone() -> None:
    way = way_by_split(way_by_merge(None, "a"), "b")
    assert not came_by(way, "c", merged="b", into="c")
    assert not came_by(way, "c", merged="a", into="c")
    assert not came_by(None, "c", merged="a", into="c")


def test_of_two_merges_of_the_same_two_the_last_counts() -> None:
    assert way_before("/a/~b/e/a/", "b", merged="a", into="b") == "/a/~b/e/"
