"""What a connector makes of a source of the world: every record, but for those that the ledger says cannot be read."""

from urllib.parse import urlsplit

import pytest

from apps.collection.connectors import CONNECTORS
from apps.collection.connectors.base import Window
from apps.collection.enums import RejectionReason
from apps.collection.world.ledger import Kind
from tests.collection.world import stores

REASONS = {
    Kind.EXTRA_CELL: RejectionReason.TOO_MANY_COLUMNS,
    Kind.UNDECODABLE_BYTE: RejectionReason.INVALID_ENCODING,
}


@pytest.fixture
def _open_world(settings, demo_world):
    settings.OUTBOUND_ALLOWED_NETWORKS = ["127.0.0.1/32"]
    settings.OUTBOUND_ALLOWED_PORTS = [80, 443, urlsplit(demo_world.base).port]
    settings.OUTBOUND_REQUESTS_PER_SECOND = 0


@pytest.mark.usefixtures("_open_world")
@pytest.mark.parametrize("kind", REASONS)
def test_an_export_is_read_but_for_what_its_ledger_says(demo_world, kind):
    name = next(fault.place for fault in demo_world.faults if fault.kind is kind)
    connector = CONNECTORS["file"]
    config = connector.Config(url=f"{demo_world.base}/exports/{name}")
    part = connector.partitions(config, name, Window()).parts[0]

    batches = list(connector.read(config, part, None))

    told = [REASONS[fault.kind] for fault in demo_world.faults if fault.place == name and fault.kind in REASONS]
    rejected = [record.reason for batch in batches for record in batch.rejected]
    assert sorted(rejected) == sorted(told)
    rows = [key for place, key in stores.exports(demo_world) if place == name]
    assert sum(batch.rows.num_rows for batch in batches) == len(rows) - len(told)
