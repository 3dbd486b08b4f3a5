"""Sources of each kind whose columns change from one run to the next: none goes unseen."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from apps.collection.collecting import collect
from apps.collection.enums import RunState
from apps.collection.requesting import pause_run, resume_run
from tests.collection.connectors import shop
from tests.collection.connectors.api import Api, as_json
from tests.collection.factories import RunFactory, SourceFactory

pytestmark = pytest.mark.django_db(transaction=True)


# Each: the kind, its settings, and what makes the column `town` be called `place`.
@pytest.fixture
def rest(api: Api):
    rows = [{"id": 1, "town": "Gap"}]
    url = api.serve("/table", lambda _params: as_json(rows))

    def change():
        rows[0] = {"id": 1, "place": "Gap"}

    return "rest", {"url": url}, change


@pytest.fixture
def file(settings, tmp_path):
    settings.COLLECT_FOLDERS = [str(tmp_path)]
    folder = tmp_path / "exports"
    folder.mkdir()
    (folder / "a.csv").write_text("id;town\n1;Gap\n")
    return "file", {"folder": str(folder)}, lambda: (folder / "a.csv").write_text("id;place\n1;Gap\n")


@pytest.fixture
def sql(postgres):
    postgres.run("CREATE TABLE t (id int PRIMARY KEY, town text)", "INSERT INTO t VALUES (1, 'Gap')")
    config = postgres.open_config(table="t").model_dump(mode="json", exclude_none=True)
    return "sql", config, lambda: postgres.run("ALTER TABLE t RENAME COLUMN town TO place")


@pytest.fixture
def bigdata(settings, tmp_path):
    settings.COLLECT_FOLDERS = [str(tmp_path)]
    folder = tmp_path / "towns"
    folder.mkdir()

    def write(name):
        pq.write_table(pa.table({"id": [1], name: ["Gap"]}), folder / "a.parquet")

    write("town")
    return "bigdata", {"system": "lake", "folder": str(folder)}, lambda: write("place")


@pytest.mark.parametrize("kind", ["rest", "file", "sql", "bigdata"])
def test_a_run_that_misses_a_column_of_the_one_before_is_held_and_says_which(request, kind):
    kind, config, change = request.getfixturevalue(kind)
    agreed = [{"name": "id", "type": ""}, {"name": "town", "type": ""}]
    source = SourceFactory(kind=kind, config=config, expected_columns=agreed)
    first = collect(run_id=RunFactory(source=source).pk)
    change()

    second = collect(run_id=RunFactory(source=source).pk)

    assert (first.state, second.state) == (RunState.SUCCEEDED, RunState.HELD)
    blocking = [f"{check.name} {check.measured} {check.message}" for check in second.judged.checks if check.blocks]
    assert any("town" in said for said in blocking)
    assert second.rows_read == (1 if kind == "rest" else 0)  # records of an API need not all have the same columns


@pytest.mark.processes
def test_a_site_whose_pages_are_made_otherwise_is_held_and_says_what_they_lack(site, open_loopback):
    site.answers |= {"/": shop.html("<a href=/product/1>x</a>"), "/product/1": shop.product(1)}
    source = SourceFactory(kind="web", config={"start_urls": [site.url("/")]} | shop.CONFIG)
    first = collect(run_id=RunFactory(source=source).pk)
    site.answers["/product/1"] = shop.html("<h1>Product 1</h1><span class=cost>1.50</span>")

    second = collect(run_id=RunFactory(source=source).pk)

    assert (first.state, second.state) == (RunState.SUCCEEDED, RunState.HELD)
    assert [(each.reason, each.details) for each in second.rejections.all()] == [("missing_field", {"field": "price"})]


def test_a_table_that_loses_a_column_while_it_is_read_fails_and_keeps_what_had_landed(postgres):
    postgres.run("CREATE TABLE t (id int PRIMARY KEY, town text)")
    postgres.insert("t", [[number, "Gap"] for number in range(1_000)])
    config = postgres.open_config(table="t", batch_rows=100).model_dump(mode="json", exclude_none=True)
    run = RunFactory(source=SourceFactory(kind="sql", config=config))
    collect(run_id=run.pk, on_progress=lambda run: pause_run(run=run, by=None) if run.rows_kept == 300 else None)
    postgres.run("ALTER TABLE t DROP COLUMN town")
    resume_run(run=run, by=None)

    done = collect(run_id=run.pk)

    assert (done.state, done.error_kind, done.error_code) == (RunState.FAILED, "config", "database_column_not_found")
    assert done.rows_kept == 300
