"""One way of cleaning the rows of the benchmark, in a process of its own:

    python -m tests.benchmarks.cleaning_rows <way> <segment> <kept> <rejected>

It reads a segment of texts and writes two Parquet files, the rows that are kept, typed, and those that are not; it says
how long it took, how much of the processors it used and the peak of its memory.
"""

import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

NAMES = ["code", "town", "age", "weight", "height", "visited_on", "born_on", "zip", "smoker", "amount"]
RULES: list[dict[str, Any]] = [
    *({"rule": "required", "columns": [name]} for name in ("town", "age", "weight", "zip")),
    {"rule": "range", "columns": ["age"], "min": 0, "max": 120},
    {"rule": "range", "columns": ["weight"], "min": 30, "max": 250},
    {"rule": "range", "columns": ["height"], "min": 100, "max": 230},
    {"rule": "range", "columns": ["visited_on"], "min": "2020-01-01", "max": "2026-12-31"},
    {"rule": "range", "columns": ["born_on"], "min": "1900-01-01"},
    {"rule": "range", "columns": ["amount"], "min": 0, "max": 10_000},
    {"rule": "pattern", "columns": ["code"], "pattern": "C[0-9]{7}"},
    {"rule": "pattern", "columns": ["zip"], "pattern": "[0-9]{5}"},
    {"rule": "set", "columns": ["town"], "values": ["Grenoble", "Voiron", "Échirolles", "Meylan"]},
    {"rule": "condition", "name": "bmi", "where": "weight / (height * height / 10000) between 8 and 200"},
    {"rule": "condition", "name": "born", "where": "born_on <= visited_on"},
    {"rule": "condition", "name": "paid", "where": "amount >= 1 or not smoker"},
    {"rule": "condition", "name": "adult", "where": "age >= 18 or not smoker"},
    {"rule": "condition", "name": "isere", "where": "zip like '38%'"},
    {"rule": "condition", "name": "long", "where": "length(town) >= 4"},
    {"rule": "unique", "columns": ["code"]},
]
# The same in the SQL of DuckDB, as one who knows the file writes it.
STAGED = """
SELECT *, list_filter([
    CASE WHEN age IS NULL AND trim(_age) <> '' THEN 'not_a_number' END,
    CASE WHEN town IS NULL THEN 'required(town)' END,
    CASE WHEN age IS NULL AND coalesce(trim(_age), '') = '' THEN 'required(age)' END,
    CASE WHEN weight IS NULL THEN 'required(weight)' END,
    CASE WHEN zip IS NULL THEN 'required(zip)' END,
    CASE WHEN age NOT BETWEEN 0 AND 120 THEN 'range(age)' END,
    CASE WHEN weight NOT BETWEEN 30 AND 250 THEN 'range(weight)' END,
    CASE WHEN height NOT BETWEEN 100 AND 230 THEN 'range(height)' END,
    CASE WHEN visited_on NOT BETWEEN DATE '2020-01-01' AND DATE '2026-12-31' THEN 'range(visited_on)' END,
    CASE WHEN born_on < DATE '1900-01-01' THEN 'range(born_on)' END,
    CASE WHEN amount NOT BETWEEN 0 AND 10000 THEN 'range(amount)' END,
    CASE WHEN NOT regexp_full_match(code, 'C[0-9]{7}') THEN 'pattern(code)' END,
    CASE WHEN NOT regexp_full_match(zip, '[0-9]{5}') THEN 'pattern(zip)' END,
    CASE WHEN town NOT IN ('Grenoble', 'Voiron', 'Échirolles', 'Meylan') THEN 'set(town)' END,
    CASE WHEN weight / (height * height / 10000) NOT BETWEEN 8 AND 200 THEN 'bmi' END,
    CASE WHEN born_on > visited_on THEN 'born' END,
    CASE WHEN amount < 1 AND smoker THEN 'paid' END,
    CASE WHEN age < 18 AND smoker THEN 'adult' END,
    CASE WHEN zip NOT LIKE '38%' THEN 'isere' END,
    CASE WHEN length(town) < 4 THEN 'long' END
], lambda reason: reason IS NOT NULL) AS reasons
FROM (
    SELECT _run, _part, _row, nullif(trim(code), '') AS code, nullif(trim(town), '') AS town, age AS _age,
           try_cast(trim(age) AS BIGINT) AS age, try_cast(trim(weight) AS DOUBLE) AS weight,
           try_cast(trim(height) AS DOUBLE) AS height, try_cast(trim(visited_on) AS DATE) AS visited_on,
           try_cast(trim(born_on) AS DATE) AS born_on, nullif(trim(zip), '') AS zip,
           CASE lower(trim(smoker)) WHEN 'oui' THEN true WHEN 'non' THEN false END AS smoker,
           try_cast(trim(amount) AS DECIMAL(12, 2)) AS amount
    FROM read_parquet('{segment}')
)
"""
PARQUET = "FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 50000"


def ours(segment: Path, kept: Path, rejected: Path) -> float:
    import django

    django.setup()
    # Loaded by the first use: a worker has them already.
    import duckdb  # noqa: F401
    import ibis  # noqa: F401
    from django.conf import settings

    from apps.datasets.engine import Landed, Making, clean
    from apps.datasets.enums import ColumnType
    from apps.datasets.recipes.document import Recipe
    from apps.datasets.schema import ColumnSchema, EntitySchema

    kinds = {
        "code": ColumnType.TEXT,
        "town": ColumnType.TEXT,
        "age": ColumnType.INTEGER,
        "weight": ColumnType.FLOAT,
        "height": ColumnType.FLOAT,
        "visited_on": ColumnType.DATE,
        "born_on": ColumnType.DATE,
        "zip": ColumnType.TEXT,
        "smoker": ColumnType.BOOLEAN,
    }
    settings.DATASETS_WORK_DIR = kept.parent / "work"
    columns = [ColumnSchema(name=name, type=kind) for name, kind in kinds.items()]
    amount = ColumnSchema(name="amount", type=ColumnType.DECIMAL, digits=12, decimals=2)
    schema = EntitySchema(name="visit", columns=(*columns, amount))
    steps = [{"step": "map", "columns": {name: name for name in schema.names}}, {"step": "trim"}]
    recipe = Recipe.from_document(
        {
            "inputs": [{"source": "visits", "steps": steps}],
            "rules": [rule | {"severity": "quarantine"} for rule in RULES],
        }
    )
    inputs = (Landed(files=(segment,)),)
    making = Making(schema=schema, recipe=recipe, inputs=inputs, rows_to=kept, rejects_to=rejected)
    started = time.process_time()
    clean(makings=[making], others={})
    return started


def by_hand(segment: Path, kept: Path, rejected: Path) -> float:
    import duckdb

    started = time.process_time()
    connection = duckdb.connect(
        config={"memory_limit": "512MB", "threads": 2, "temp_directory": str(kept.parent / "spilled")}
    )
    staged = STAGED.replace("{segment}", str(segment))
    connection.execute(f"COPY ({staged}) TO '{kept}.staged' ({PARQUET})")
    connection.execute(f"CREATE VIEW staged AS SELECT * FROM read_parquet('{kept}.staged')")  # noqa: S608 -- our own files
    connection.execute(
        "CREATE TABLE later AS SELECT _run, _part, _row FROM staged WHERE len(reasons) = 0 AND code IN"
        " (SELECT code FROM staged WHERE len(reasons) = 0 GROUP BY code HAVING count(*) > 1)"
        " QUALIFY row_number() OVER (PARTITION BY code ORDER BY _run, _part, _row) > 1"
    )
    rows = (
        "SELECT row_number() OVER () AS id, * EXCLUDE (reasons, _age) FROM staged"
        " ANTI JOIN later USING (_run, _part, _row) WHERE len(reasons) = 0"
    )
    connection.execute(f"COPY ({rows}) TO '{kept}' ({PARQUET})")
    others = (
        "SELECT _run, _part, _row, reasons, to_json(staged)::VARCHAR AS record FROM staged WHERE len(reasons) > 0"
        " UNION ALL SELECT _run, _part, _row, ['unique(code)'], to_json(staged)::VARCHAR FROM staged"
        " SEMI JOIN later USING (_run, _part, _row)"
    )
    connection.execute(f"COPY ({others}) TO '{rejected}' ({PARQUET})")
    return started


def pandera(segment: Path, kept: Path, rejected: Path) -> float:
    import pandas as pd
    import pandera.pandas as pa

    started = time.process_time()
    texts = pd.read_parquet(segment)
    rows = texts.copy()
    for name in ("code", "town", "zip"):
        rows[name] = texts[name].str.strip()
    for name in ("age", "weight", "height", "amount"):
        rows[name] = pd.to_numeric(texts[name].str.strip(), errors="coerce")
    for name in ("visited_on", "born_on"):
        rows[name] = pd.to_datetime(texts[name].str.strip(), format="%Y-%m-%d", errors="coerce")
    rows["smoker"] = texts["smoker"].str.strip().map({"oui": True, "non": False})
    between = pa.Check.in_range
    schema = pa.DataFrameSchema(
        {
            "code": pa.Column(str, pa.Check.str_matches("^C[0-9]{7}$"), nullable=True),
            "town": pa.Column(
                str, [pa.Check.isin(["Grenoble", "Voiron", "Échirolles", "Meylan"]), pa.Check.str_length(min_value=4)]
            ),
            "age": pa.Column(float, between(0, 120)),
            "weight": pa.Column(float, between(30, 250)),
            "height": pa.Column(float, between(100, 230), nullable=True),
            "visited_on": pa.Column(
                None, between(pd.Timestamp("2020-01-01"), pd.Timestamp("2026-12-31")), nullable=True
            ),
            "born_on": pa.Column(None, pa.Check.ge(pd.Timestamp("1900-01-01")), nullable=True),
            "zip": pa.Column(str, [pa.Check.str_matches("^[0-9]{5}$"), pa.Check.str_startswith("38")]),
            "amount": pa.Column(float, between(0, 10_000), nullable=True),
        },
        checks=[
            pa.Check(lambda all_: (all_["weight"] / (all_["height"] ** 2 / 10_000)).between(8, 200), ignore_na=True),
            pa.Check(lambda all_: all_["born_on"] <= all_["visited_on"]),
            pa.Check(lambda all_: (all_["amount"] >= 1) | ~all_["smoker"]),
            pa.Check(lambda all_: (all_["age"] >= 18) | ~all_["smoker"] | all_["age"].isna()),
        ],
        unique=["code"],
        report_duplicates="exclude_first",
    )
    try:
        schema.validate(rows, lazy=True)
        wrong = set()
    except pa.errors.SchemaErrors as error:
        wrong = set(error.failure_cases["index"].dropna().astype(int))
    is_wrong = rows.index.isin(wrong)
    rows[~is_wrong].to_parquet(kept, compression="zstd")
    texts[is_wrong].to_parquet(rejected, compression="zstd")
    return started


def frictionless(segment: Path, kept: Path, rejected: Path) -> float:
    """It reads CSV, already trimmed, and says which rows are wrong; they are split by pandas."""
    import pandas as pd
    from frictionless import Checklist, Resource, Schema, checks, system

    texts = pd.read_parquet(segment)
    table = segment.with_suffix(".csv")
    texts[NAMES].apply(lambda column: column.str.strip()).to_csv(table, index=False)
    started = time.process_time()
    number = {"type": "number"}
    fields = {
        "code": {"type": "string", "constraints": {"pattern": "C[0-9]{7}", "unique": True}},
        "town": {
            "type": "string",
            "constraints": {
                "required": True,
                "enum": ["Grenoble", "Voiron", "Échirolles", "Meylan"],
                "minLength": 4,
            },
        },
        "age": {"type": "integer", "constraints": {"required": True, "minimum": 0, "maximum": 120}},
        "weight": number | {"constraints": {"required": True, "minimum": 30, "maximum": 250}},
        "height": number | {"constraints": {"minimum": 100, "maximum": 230}},
        "visited_on": {"type": "date", "constraints": {"minimum": "2020-01-01", "maximum": "2026-12-31"}},
        "born_on": {"type": "date", "constraints": {"minimum": "1900-01-01"}},
        "zip": {"type": "string", "constraints": {"required": True, "pattern": "[0-9]{5}"}},
        "smoker": {"type": "boolean", "trueValues": ["oui"], "falseValues": ["non"]},
        "amount": number | {"constraints": {"minimum": 0, "maximum": 10_000}},
    }
    schema = Schema.from_descriptor({"fields": [{"name": name} | fields[name] for name in NAMES]})
    formulas = (
        "weight / (height * height / 10000) >= 8 and weight / (height * height / 10000) <= 200",
        "born_on <= visited_on",
        "amount >= 1 or not smoker",
        "age >= 18 or not smoker",
        "zip[0] == '3' and zip[1] == '8'",
    )
    with system.use_context(trusted=True):
        resource = Resource(path=str(table), schema=schema)
        asked = Checklist(checks=[checks.row_constraint(formula=each) for each in formulas])
        report = resource.validate(asked, limit_errors=10_000_000)
    # Numbers of lines: the first one is the header.
    wrong = {number - 2 for (number,) in report.flatten(["rowNumber"]) if number}
    is_wrong = texts.index.isin(wrong)
    texts[~is_wrong].to_parquet(kept, compression="zstd")
    texts[is_wrong].to_parquet(rejected, compression="zstd")
    return started


WAYS = {"ours": ours, "duckdb": by_hand, "frictionless": frictionless, "pandera": pandera}

if __name__ == "__main__":
    way, segment, kept, rejected = sys.argv[1], *map(Path, sys.argv[2:])
    at = time.perf_counter()
    started = WAYS[way](segment, kept, rejected)
    told = {
        "wall": time.perf_counter() - at,
        "cpu": time.process_time() - started,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    print(json.dumps(told))  # noqa: T201 -- what the benchmark reads
