"""One row in a hundred has a fault, of ten kinds: each is set aside with its reason, and no other row is."""

import json
from collections import Counter

import pyarrow.parquet as pq
import pytest

from apps.datasets.design import Design
from apps.datasets.designing import create_dataset
from apps.datasets.enums import ColumnType, RejectReason
from apps.datasets.recipes.document import Recipe
from apps.datasets.schema import ColumnSchema, EntitySchema
from tests.collection.factories import SourceFactory
from tests.datasets.factories import built, collect_rows, model_of, rows_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("lake_folder", "no_table_left")]

ROWS, ONE_IN = 10_000, 100
TOWN = EntitySchema(
    name="town",
    columns=(
        ColumnSchema(name="code", type=ColumnType.TEXT, is_key=True, pattern="[0-9]{5}"),
        ColumnSchema(name="name", type=ColumnType.TEXT, is_required=True),
        ColumnSchema(name="population", type=ColumnType.INTEGER, minimum="0", maximum="3000000"),
        ColumnSchema(name="area", type=ColumnType.DECIMAL, digits=9, decimals=2),
        ColumnSchema(name="since", type=ColumnType.DATE),
        ColumnSchema(name="kind", type=ColumnType.TEXT, choices=("town", "village")),
        ColumnSchema(name="email", type=ColumnType.TEXT),
    ),
)
RECIPE = {
    "steps": [
        {"step": "trim"},
        {"step": "parse_date", "columns": ["since"], "formats": ["%d/%m/%Y"]},
        {"step": "parse_number", "columns": ["area"], "locale": "fr"},
        {"step": "normalize_email", "columns": ["email"]},
    ],
    "rules": [{"rule": "condition", "name": "Somewhere", "where": "name <> 'Nowhere'", "severity": "quarantine"}],
}
FAULTS = {
    RejectReason.MISSING: ("name", " "),
    RejectReason.NOT_AS_WRITTEN: ("code", "2A004"),
    RejectReason.NOT_AN_INTEGER: ("population", "300.5"),
    RejectReason.TOO_SMALL: ("population", "-1"),
    RejectReason.TOO_LARGE: ("population", "30000000"),
    RejectReason.NOT_A_NUMBER: ("area", "12,5 km"),
    RejectReason.NOT_A_DATE: ("since", "31/02/2024"),
    RejectReason.NOT_A_CHOICE: ("kind", "hamlet"),
    RejectReason.NOT_AN_EMAIL: ("email", "mairie(at)exemple.fr"),
    # Told by the name of the rule.
    RejectReason.RULE_BROKEN: ("Somewhere", "Nowhere"),
}


def test_one_fault_in_a_hundred_of_ten_kinds_is_caught_with_its_reason_and_nothing_else_is(lake_folder):
    planted = {}
    rows = []
    for number in range(ROWS):
        row = {
            "code": f"{number:05}",
            "name": f"Saint-Étienne {number}",
            "population": str(number),
            "area": f"{number},25",
            "since": f"{number % 28 + 1:02}/{number % 12 + 1:02}/{1800 + number % 200}",
            "kind": "town" if number % 3 else "village",
            "email": f"Mairie{number}@Exemple.fr",
        }
        if number % ONE_IN == 0:
            reason = list(FAULTS)[number // ONE_IN % len(FAULTS)]
            column, wrong = FAULTS[reason]
            row["name" if reason == RejectReason.RULE_BROKEN else column] = wrong
            planted[number + 1] = (reason, column)
        rows.append(row)
    source = SourceFactory()
    collect_rows(source, rows)
    taken = {"step": "map", "columns": {name: name for name in TOWN.names}}
    recipe = Recipe.from_document({"inputs": [{"source": source.slug, "steps": [taken]}], **RECIPE})
    dataset = create_dataset(
        name="Towns", design=Design(model=model_of(TOWN), recipes={"town": recipe}), by=None, max_rejected_share=5
    )

    done = built(dataset)

    rejects = pq.read_table(lake_folder / done.outputs.get().rejects).to_pylist()
    caught = {each["_row"]: {(one["code"], one["column"]) for one in each["reasons"]} for each in rejects}
    assert caught == {row: {fault} for row, fault in planted.items()}
    assert Counter(planted.values()) == {(reason, column): 10 for reason, (column, _wrong) in FAULTS.items()}
    assert done.state == "published"
    assert rows_of(done.version).count() == ROWS - ROWS // ONE_IN
    assert all(json.loads(each["record"])["code"] == rows[each["_row"] - 1]["code"] for each in rejects)
