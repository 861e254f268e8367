"""The tables. Times are whole microseconds since 1970 in UTC: no database's idea of a timestamp gets between.

Small rows that a burst adds by the thousand live in the tree of their primary key alone (`sqlite_with_rowid`): with one
tree for the rows and one for the key, SQLite wrote twice as many pages.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData()

head = Table(
    "head",
    metadata,
    Column("id", Integer, CheckConstraint("id = 1"), primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("epoch", Text, nullable=False),
)

catalogue = Table(
    "catalogue",
    metadata,
    Column("name", Text, primary_key=True),
    Column("revision", BigInteger, nullable=False),
)
"""Counts the changes to `map` and `accounts`, for processes that hold them in memory; `packed` is a seq: see
`housekeeping`.
"""

incidents = Table(
    "incidents",
    metadata,
    Column("id", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("opened_seq", BigInteger, nullable=False),
    Column("status", Text, nullable=False),
    Column("areas", Text, nullable=False),
    Column("due_at", BigInteger),
    Column("kind", Text, nullable=False),
    Column("in_statistics", Boolean, nullable=False),
    Column("sectors", Text, nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("claimed_at", BigInteger),
    Column("accepted_at", BigInteger),
    Column("on_scene_at", BigInteger),
    Column("closed_at", BigInteger),
    Column("cancelled_at", BigInteger),
    Column("state", Text, nullable=False),
    Index("incidents_by_seq", "seq"),
    Index("incidents_newest", "opened_seq"),
    # SQLite finds in it alone which incidents are of an area; PostgreSQL reads the table with all its processes, and
    # refuses what is too long for an index, which many long codes could be.
    Index("incidents_by_area", "opened_seq", "status", "areas", info={"only": "sqlite"}).ddl_if(dialect="sqlite"),
    Index("incidents_by_time", "opened_at"),
    Index(
        "incidents_open", "opened_seq", sqlite_where=text("status = 'open'"), postgresql_where=text("status = 'open'")
    ),
)
"""`areas` is `|code|code|`: the sectors (an empty code for none), the RT and its parents, the RT that were told.

`seq` is that of the last event. From `kind` to `cancelled_at` stands what reports read, before the state that they then
do not have to read. `sectors` is `|code|code|`, the first in charge, and `|` where there is none.
"""

evidence = Table(
    "evidence",
    metadata,
    Column("opened_seq", BigInteger, primary_key=True, autoincrement=False),
    Column("placed_at", BigInteger),
    Column("durable_at", BigInteger),
    Column("console_at", BigInteger),
)
"""What only shows after an incident's commit, written with a later one."""

alarms = Table(
    "alarms",
    metadata,
    Column("device", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("incident_id", Text, ForeignKey("incidents.id"), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("is_located", Boolean, nullable=False),
    Column("digest", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("record", Text, nullable=False),
    Column("raw_position", Text),
    Column("path", Text),
    PrimaryKeyConstraint("device", "id"),
    Index("alarms_of_incident", "incident_id", "seq"),
)

"""`path` is the way that an alarm came through other incidents to the one where it is now: see `ways`."""

alarm_updates = Table(
    "alarm_updates",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("device", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("record", Text, nullable=False),
    Column("raw_position", Text),
    UniqueConstraint("device", "id", "digest"),
)
"""Other bodies that came under an alarm's id; each is kept once."""

cancels = Table(
    "cancels",
    metadata,
    Column("device", Text, nullable=False),
    Column("incident_id", Text, nullable=False),
    Column("wrong_pins", Integer, nullable=False),
    Column("cancelled_seq", BigInteger),
    Column("cancelled_at", BigInteger),
    PrimaryKeyConstraint("device", "incident_id"),
)
"""What a phone tried with its PINs. The alarms that it sent before `cancelled_seq` look cancelled to it."""

tracks = Table(
    "tracks",
    metadata,
    Column("incident_id", Text, nullable=False),
    Column("device", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("lat", Float, nullable=False),
    Column("lon", Float, nullable=False),
    Column("accuracy_m", Float),
    Column("received_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("incident_id", "device", "at"),
)
"""Where the phones of an incident were after they pressed; a position that comes twice is one row."""

events = Table(
    "events",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("incident_id", Text),
    Column("kind", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Column("data", Text, nullable=False),
    Column("routes", Text, nullable=False),
    Column("payloads", Text, nullable=False),
    Index("events_of_incident", "incident_id", "seq"),
)

offers = Table(
    "offers",
    metadata,
    Column("id", Text, primary_key=True),
    Column("incident_id", Text, ForeignKey("incidents.id"), nullable=False),
    Column("officer_id", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("offered_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("received_at", BigInteger),
    Index("offers_of_incident", "incident_id"),
    sqlite_with_rowid=False,
)

engagements = Table(
    "engagements",
    metadata,
    Column("officer_id", Text, nullable=False),
    Column("slot", Integer, nullable=False),
    Column("offer_id", Text, nullable=False, unique=True),
    Column("incident_id", Text, nullable=False),
    PrimaryKeyConstraint("officer_id", "slot"),
    sqlite_with_rowid=False,
)
"""Slot 0 is the officer's one open assignment, 1 and up are open offers: the key makes a second winner impossible."""

people = Table(
    "people",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("role", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("areas", Text, nullable=False),
    Column("unit", Text),
    Index("people_by_role", "role", "subject"),
)
"""`unit` is what an officer usually travels with."""

tokens = Table(
    "tokens",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("subject", Text, ForeignKey("people.subject"), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
    Index(
        "tokens_in_force",
        "subject",
        sqlite_where=text("revoked_at IS NULL"),
        postgresql_where=text("revoked_at IS NULL"),
    ),
)

codes = Table(
    "codes",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("subject", Text, ForeignKey("people.subject"), nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("used_at", BigInteger),
    Index("codes_unused", "subject", sqlite_where=text("used_at IS NULL"), postgresql_where=text("used_at IS NULL")),
)

devices = Table(
    "devices",
    metadata,
    Column("subject", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("value", Text, nullable=False, unique=True),
    PrimaryKeyConstraint("subject", "kind"),
)

pins = Table(
    "pins",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("pin", Text, nullable=False),
    Column("duress_pin", Text, nullable=False),
    Column("set_at", BigInteger, nullable=False),
    Column("replaced_at", BigInteger),
)
"""Hashes. `replaced_at` is when these came in place of others."""

duty = Table(
    "duty",
    metadata,
    Column("officer_id", Text, primary_key=True),
    Column("on_duty", Boolean, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("lat", Float),
    Column("lon", Float),
    Column("accuracy_m", Float),
    Column("position_at", BigInteger),
    Column("unit", Text),
    Index("duty_by_seq", "seq"),
)
"""`unit` is what the officer travels with this time."""

standings = Table(
    "standings",
    metadata,
    Column("device", Text, primary_key=True),
    Column("genuine", Integer, nullable=False),
    Column("false_alarms", Integer, nullable=False),
    Column("pranks", Integer, nullable=False),
    Column("seq", BigInteger, nullable=False),
)
"""How many of a phone's incidents ended so. `seq` is that of the last one."""

drills = Table(
    "drills",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("area", Text),
    Column("kind", Text, nullable=False),
    Column("alarms", Integer, nullable=False),
    Column("planner_id", Text, nullable=False),
    Column("planner_name", Text, nullable=False),
    Column("starts_at", BigInteger, nullable=False),
    Column("ends_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
)
"""Exercises; without an area in the whole city."""

outbox = Table(
    "outbox",
    metadata,
    Column("id", Text, primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("incident_id", Text, nullable=False),
    Column("offer_id", Text),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger),
    Column("urgent", Boolean, nullable=False),
    Column("silent", Boolean, nullable=False),
    Column("drill", Boolean, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", BigInteger, nullable=False),
    Column("outcome", Text),
    Column("finished_at", BigInteger),
    Index(
        "outbox_pending",
        "next_attempt_at",
        sqlite_where=text("outcome IS NULL"),
        postgresql_where=text("outcome IS NULL"),
    ),
    Index(
        "outbox_accepted",
        "incident_id",
        sqlite_where=text("outcome = 'accepted'"),
        postgresql_where=text("outcome = 'accepted'"),
    ),
    sqlite_with_rowid=False,
)
"""`outcome` is null while a push waits; then `accepted`, or the reason why it ended."""

maps = Table(
    "maps",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("imported_at", BigInteger, nullable=False),
    Column("document", Text, nullable=False),
)
"""Each version whole, as `geo.stored` writes it; the first ones as one GeoJSON FeatureCollection."""

policies = Table(
    "policies",
    metadata,
    Column("version", Text, primary_key=True),
    Column("first_at", BigInteger, nullable=False),
    Column("last_at", BigInteger, nullable=False),
    Column("text", Text, nullable=False),
)
"""Every policy that ever decided, as it was written, and when it came into force for the first and the last time."""
