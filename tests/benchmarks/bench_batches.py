"""A batch of a million rows beside ONNX Runtime alone, which is given arrays that are ready, in the same run.

    make bench ARGS="-k batches"

Ours reads a Parquet file, checks every value against the signature, answers, writes parts that a killed worker would
not lose, then one file of answers in the order of the rows. Both are timed by the processor time of this process.
"""

import time

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from apps.core import lake
from apps.inference.batch_answering import answer_batch
from apps.inference.batching import request_batch
from apps.inference.enums import Format
from apps.inference.predictors import open_model
from apps.inference.serving import chunks
from tests.inference.serve_factories import tumours, watched

ROWS = 1_000_000
SHARE_OF_THE_LIMIT = 0.5


def million_rows(made) -> pa.Table:
    """Those of the real file, many times over."""
    names = made.signature.names
    real = np.array([[row[name] for name in names] for row in made.rows], np.float32)
    chosen = np.random.default_rng(7).integers(0, len(real), ROWS)
    return pa.table({name: real[chosen, rank] for rank, name in enumerate(names)})


def bare(made, table: pa.Table) -> float:
    """Seconds of processor that ONNX Runtime takes, of arrays that are there already."""
    predictor = open_model(made.content, format=Format.ONNX, signature=made.signature)
    columns = {name: table.column(name).to_numpy().reshape(-1, 1) for name in made.signature.names}
    started = time.process_time()
    for first in range(0, ROWS, chunks.ROWS):
        predictor.predict({name: column[first : first + chunks.ROWS] for name, column in columns.items()})
    return time.process_time() - started


@pytest.mark.django_db(transaction=True)
def test_a_batch_of_a_million_rows_runs_at_half_the_speed_of_bare_onnx_runtime(tmp_path):
    made = tumours(trees=True)
    table, file = million_rows(made), tmp_path / "rows.parquet"
    pq.write_table(table, file)
    limit = bare(made, table)
    with file.open("rb") as upload:
        batch = request_batch(model=watched(made), by=None, upload=upload)

    started = time.process_time()
    answer_batch(batch_id=batch.pk)
    ours = time.process_time() - started

    batch.refresh_from_db()
    with lake.reading(batch.result) as path:
        answers = pq.read_table(path, columns=["row"]).column("row").to_numpy()
    print(f"\n{ROWS} rows: ONNX Runtime {limit:.2f} s, batch {ours:.2f} s, {limit / ours:.0%} of the limit")  # noqa: T201 -- what a benchmark is for
    assert (batch.rows_done, batch.rows_refused) == (ROWS, 0)
    assert (answers == np.arange(1, ROWS + 1)).all()
    assert limit / ours >= SHARE_OF_THE_LIMIT
