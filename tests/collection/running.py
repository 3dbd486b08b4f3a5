"""Runs of a tiny source, that of a source that fails among them, and the rows that they landed."""

import pyarrow.parquet as pq
import pytest

from apps.collection.collecting import collect
from apps.collection.connectors import CONNECTORS
from apps.collection.exceptions import Transient
from tests.collection.factories import RunFactory, SourceFactory
from tests.collection.tiny import TINY, Tiny


def landed(runs, lake_folder):
    """All the rows of these runs, in order."""
    segments = [segment for run in runs for segment in run.segments.all()]
    return [row for segment in segments for row in pq.read_table(lake_folder / segment.name).to_pylist()]


def collected(*, on_progress=None, ask_for_help=None, **fields):
    run = RunFactory(source=SourceFactory(**fields))
    return collect(run_id=run.pk, on_progress=on_progress, ask_for_help=ask_for_help)


class Flaky(Tiny):
    """Fails this many times, each after one batch."""

    def __init__(self, failures, error):
        self.failures, self.error = failures, error

    def read(self, config, part, cursor):
        for rank, batch in enumerate(super().read(config, part, cursor)):
            if rank and self.failures:
                self.failures -= 1
                raise self.error
            yield batch


@pytest.fixture
def flaky(monkeypatch, settings):
    """Make the source fail; the run has all the time to wait."""
    settings.COLLECT_RETRY_SECONDS = 1_000

    def flaky(failures, error=None):
        # What a source asks for (Retry-After) is what is waited for: here, nearly nothing.
        error = error or Transient(host="example.org")
        error.retry_after = error.retry_after if error.retry_after is not None else 0.01
        monkeypatch.setitem(CONNECTORS._by_kind, TINY.kind, Flaky(failures, error))

    return flaky
