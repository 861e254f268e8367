"""The head: one row whose lock orders the commits of all processes, and whose epoch says which history this is."""

from sqlalchemy import select, update
from sqlalchemy.engine import Connection

from panic_server.clock import new_id
from panic_server.journal.prepared import Prepared
from panic_server.journal.registry import Registry
from panic_server.journal.statements import insert_if_missing
from panic_server.journal.tables import head


def make_head(connection: Connection, mark: tuple[str, int] | None) -> None:
    """A first head for an empty journal; a new epoch when the journal is behind `mark`, or not the one it was made of.

    The mark is what the data folder remembers: a journal behind it was restored from a backup, and clients have seen
    events that are gone.
    """
    row = connection.execute(select(head.c.seq, head.c.epoch).with_for_update()).first()
    if row is None:
        # Of nodes that start together on an empty journal the first one's head counts.
        insert_if_missing(connection, head, {"id": 1, "seq": 0, "epoch": new_id()})
    elif mark is not None and (mark[0] != row.epoch or mark[1] > row.seq):
        connection.execute(update(head).values(epoch=new_id()))


def touch_head(connection: Connection) -> None:
    """A write that changes nothing: it fails where writing fails."""
    connection.execute(update(head).values(seq=head.c.seq))


def lock_head(connection: Connection, registry: Registry) -> bool:
    """Takes the head until the transaction ends; False when somebody has committed since the registry was filled."""
    seq, epoch = _TAKE_HEAD.execute(connection).fetchone()
    if epoch != registry.epoch or seq < registry.seq:
        registry.clear()
        registry.epoch = epoch
    is_current: bool = registry.seq == seq
    return is_current


_TAKE_HEAD = Prepared(select(head.c.seq, head.c.epoch).with_for_update())
