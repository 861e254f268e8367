"""Values and bytes that broke other readers of JSON."""

from collections.abc import Callable

from hypothesis import strategies as st

from panic_server.wire.problems import Refusal

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
# Pieces that broke other readers, put together in any way.
FRAGMENTS = st.lists(
    st.sampled_from(
        [
            *(b"{", b"}", b"[", b"]", b":", b",", b'"', b"\\", b"-", b" ", b"null", b'"id"', b"[" * 40),
            *(b"NaN", b"Infinity", b"1e999", b"1e-99999", b"9" * 5000, b"\\ud800", b'"\\u0000"'),
            *(b"\xff", b"\x00", b"\xef\xbb\xbf"),
        ]
    ),
    max_size=12,
).map(b"".join)


def is_taken_or_refused(read: Callable[[], object]) -> bool:
    """Anything else that is raised comes through."""
    try:
        read()
    except Refusal as refusal:
        return 400 <= refusal.kind.status < 500
    return True
