"""What a HiveServer2 may do that the real one of the other tests does not (see `hiveserver.py`)."""

import pytest

from apps.collection.connectors.bigdata.clients import connect
from apps.collection.connectors.bigdata.config import BigDataConfig
from apps.collection.connectors.bigdata.exceptions import QueryTooSlow
from tests.collection.connectors.hiveserver import a_hive_server
from tests.core.http.conftest import at_most

QUERY = "SELECT name FROM towns"


@pytest.fixture
def config(settings):
    settings.OUTBOUND_ALLOWED_NETWORKS = ["127.0.0.1/32"]

    def make(port):
        settings.OUTBOUND_ALLOWED_PORTS = [port]
        return BigDataConfig(system="hive", host="127.0.0.1", port=port, auth="none", table="towns")

    return make


def test_pages_without_rows_are_not_asked_for_for_ever(config):
    with (
        a_hive_server([b"Gap"]) as port,
        connect(config(port), patience=1) as client,
        client.ask(QUERY) as answer,
    ):
        fetched = answer.fetch(10)
        assert next(fetched).rows.to_pylist() == [{"name": "Gap"}]

        with at_most(30), pytest.raises(QueryTooSlow):
            next(fetched)


def test_a_text_that_is_not_utf_8_is_told_with_its_column(config):
    with (
        a_hive_server([b"Gap", b"\xc9chirolles"]) as port,
        connect(config(port), patience=30) as client,
        client.ask(QUERY) as answer,
    ):
        fetched = next(answer.fetch(10))

    assert fetched.rows.to_pylist() == [{"name": "Gap"}, {"name": None}]
    assert fetched.unreadable == {1: "name"}
