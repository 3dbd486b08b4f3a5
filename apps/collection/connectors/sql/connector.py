"""The connector of kind *sql*: a table, a view or a query of a database, read without changing anything there."""

from collections.abc import Iterator, Mapping
from typing import ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.collection.connectors.base import Access, Batch, Cursor, Part, Reading, Stream, Window
from apps.collection.connectors.sql.config import SqlConfig, System
from apps.collection.connectors.sql.exceptions import NoTables, NothingChosen
from apps.collection.exceptions import CollectionError
from apps.collection.queries import Plan, PlanTold, QuerySheet, Timing
from apps.collection.queries.measuring import PATIENCE_SECONDS
from apps.core.declarations import Text

CHECK_SECONDS = 5.0
# The time that a person waits for a page.
LOOK_SECONDS = 15.0


class SqlConnector:
    """Nothing stays open between two calls. The libraries are imported where they are used: they are heavy."""

    kind: ClassVar[str] = "sql"
    label: ClassVar[Text] = gettext_lazy("Database")
    summary: ClassVar[Text] = gettext_lazy("A table or a query of PostgreSQL, MySQL, SQLite, SQL Server or Oracle.")
    Config = SqlConfig
    GROUPS: ClassVar[Mapping[str, Text]] = {
        "server": gettext_lazy("Server"),
        "auth": gettext_lazy("Who reads"),
        "content": gettext_lazy("What is read"),
        "increment": gettext_lazy("Only what is new"),
        "reading": gettext_lazy("How it is read"),
    }

    def check(self, config: SqlConfig) -> Access:
        """Whether the database answers and lets us in."""
        import sqlalchemy as sa

        from apps.collection.connectors.sql.systems.base import opened

        try:
            with opened(config, seconds=CHECK_SECONDS / 2, connect_seconds=CHECK_SECONDS / 2) as session:
                session.one(sa.select(sa.literal_column("1")))
        except CollectionError as error:
            return Access(is_well=False, message=str(error.message))
        name = config.file_name or config.database
        found = _("%(system)s answers: the database “%(name)s” can be read.")
        return Access(is_well=True, message=found % {"system": System(config.system).label, "name": name})

    def discover(self, config: SqlConfig) -> list[Stream]:
        """The table or the query that was chosen; without one, all the tables and views that the user sees."""
        from apps.collection.connectors.sql.describing import chosen, offered

        if config.table or config.query:
            return [chosen(config, seconds=LOOK_SECONDS)]
        streams = offered(config, seconds=LOOK_SECONDS)
        if not streams:
            raise NoTables
        return streams

    def partitions(self, config: SqlConfig, stream: str, window: Window) -> Reading:
        from apps.collection.connectors.sql.partitioning import reading_of
        from apps.collection.connectors.sql.systems.base import opened

        if not (config.table or config.query):
            raise NothingChosen
        with opened(config, seconds=config.timeout_seconds) as session:
            return reading_of(session, window)

    def read(self, config: SqlConfig, part: Part, cursor: Cursor | None) -> Iterator[Batch]:
        from apps.collection.connectors.sql.reading import read_part

        return read_part(config, part, cursor)

    def sheet(self, config: SqlConfig, sheet: QuerySheet | None = None) -> QuerySheet:
        """The query sheet of what is read, with its plan; reasons already given in `sheet` are kept."""
        from apps.collection.connectors.sql.explaining import sheet_of

        return sheet_of(config, sheet)

    def measure(self, config: SqlConfig, *, seconds: float = PATIENCE_SECONDS) -> Timing:
        """How long reading it takes, to its end or until these seconds are over."""
        from apps.collection.connectors.sql.explaining import measure_query

        return measure_query(config, seconds=seconds)

    def tell(self, plan: Plan) -> PlanTold:
        return plan.tell()

    def sample(self, config: SqlConfig) -> Iterator[Batch]:
        """The first records alone, in no order: sorting them all to show a few could take long."""
        from apps.collection.connectors.sql.reading import first_batches

        if not (config.table or config.query):
            raise NothingChosen
        return first_batches(config, seconds=LOOK_SECONDS)
