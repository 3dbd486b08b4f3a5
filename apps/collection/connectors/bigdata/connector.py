"""The connector of kind *bigdata*: a table or a query of Hive, Spark, Impala or Trino, or a folder of Parquet files."""

from collections.abc import Iterator, Mapping
from time import monotonic
from typing import ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.collection.connectors.base import Access, Batch, Cursor, Part, Reading, Stream, Window
from apps.collection.connectors.bigdata.clients import connect
from apps.collection.connectors.bigdata.config import BigDataConfig, System
from apps.collection.connectors.bigdata.explaining import Explanation
from apps.collection.connectors.bigdata.sheets import sheet_of, told_plan
from apps.collection.exceptions import CollectionError
from apps.collection.queries import Plan, PlanTold, QuerySheet, Timing, measure
from apps.collection.queries.measuring import PATIENCE_SECONDS
from apps.core.declarations import Text

CHECK_S = 5
# What the columns of a table, or of a query that is not run, may take.
DISCOVER_S = 30


class BigDataConnector:
    """What imports Arrow or a driver is imported where it is used: a process that only shows sources has neither."""

    kind: ClassVar[str] = "bigdata"
    label: ClassVar[Text] = gettext_lazy("Big data")
    summary: ClassVar[Text] = gettext_lazy(
        "A table or a query of Hive, Spark, Impala or Trino, or a folder of Parquet files."
    )
    GROUPS: ClassVar[Mapping[str, Text]] = {
        "system": gettext_lazy("System"),
        "sign_in": gettext_lazy("Signing in"),
        "data": gettext_lazy("What is read"),
        "new": gettext_lazy("What is new"),
        "reading": gettext_lazy("How it is read"),
    }
    Config = BigDataConfig

    def check(self, config: BigDataConfig) -> Access:
        """Whether the system lets us in and has what is to be read."""
        try:
            count = self._count_columns(config)
        except CollectionError as error:
            return Access(is_well=False, message=str(error.message))
        found = _("“%(name)s” answers: %(count)s columns.")
        return Access(is_well=True, message=found % {"name": config.name, "count": count})

    def discover(self, config: BigDataConfig) -> list[Stream]:
        if config.system == System.LAKE:
            from apps.collection.connectors.bigdata.lake import Lake

            return [Lake.of(config).stream()]
        from apps.collection.connectors.bigdata import querying

        with connect(config, patience=min(DISCOVER_S, config.timeout)) as client:
            types = querying.columns_of(client, config)
        return [Stream(name=config.name, columns=querying.source_columns(types, config))]

    def partitions(self, config: BigDataConfig, stream: str, window: Window) -> Reading:
        if config.system == System.LAKE:
            from apps.collection.connectors.bigdata.lake import Lake

            return Lake.of(config).reading(window)
        from apps.collection.connectors.bigdata import querying

        with connect(config, patience=config.timeout) as client:
            return querying.reading(client, config, window)

    def read(self, config: BigDataConfig, part: Part, cursor: Cursor | None) -> Iterator[Batch]:
        if config.system == System.LAKE:
            from apps.collection.connectors.bigdata.lake_reading import read_part

            yield from read_part(config, part, cursor)
            return
        from apps.collection.connectors.bigdata import querying

        with connect(config, patience=config.timeout) as client:
            yield from querying.read_part(client, config, part, cursor)

    def sample(self, config: BigDataConfig) -> Iterator[Batch]:
        """The first rows that are found: the parts of a run would be counted, and sorted by key."""
        if config.system == System.LAKE:
            from apps.collection.connectors.bigdata.lake_reading import sample

            yield from sample(config)
            return
        from apps.collection.connectors.bigdata import querying

        with connect(config, patience=min(DISCOVER_S, config.timeout)) as client:
            yield from querying.sample(client, config)

    def explain(self, config: BigDataConfig) -> Explanation:
        """How the system would read what is to be read, in its own words and in plain ones."""
        if config.system == System.LAKE:
            from apps.collection.connectors.bigdata.lake import Lake
            from apps.collection.connectors.bigdata.lake_explaining import explain_lake

            return explain_lake(Lake.of(config))
        from apps.collection.connectors.bigdata.explaining import explain_query

        with connect(config, patience=min(DISCOVER_S, config.timeout)) as client:
            return explain_query(client, config)

    def sheet(self, config: BigDataConfig, sheet: QuerySheet | None = None) -> QuerySheet:
        """The query sheet of what is read, with its plan; reasons already given in `sheet` are kept."""
        explained = self.explain(config)
        return sheet_of(config, explained, sheet)

    def measure(self, config: BigDataConfig, *, seconds: float = PATIENCE_SECONDS) -> Timing:
        """How long reading it takes, to its end or until these seconds are over."""
        reading = self.partitions(config, config.name, Window())
        batches = (batch for part in reading.parts for batch in self.read(config, part, None))
        return measure((batch.rows.num_rows for batch in batches), seconds=seconds)

    def tell(self, plan: Plan) -> PlanTold:
        return PlanTold(sentences=told_plan(plan))

    def _count_columns(self, config: BigDataConfig) -> int:
        if config.system == System.LAKE:
            from apps.collection.connectors.bigdata.lake import first_columns

            return len(first_columns(config))
        from apps.collection.connectors.bigdata import querying

        with connect(config, patience=CHECK_S, until=monotonic() + CHECK_S) as client:
            return len(querying.chosen(querying.columns_of(client, config), config))
