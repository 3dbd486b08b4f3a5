from datetime import UTC, date, datetime

from apps.collection.connectors.base import SourceColumn
from apps.datasets.enums import ColumnType
from apps.datasets.merise.document import DataModel
from apps.datasets.merise.logical import to_logical
from apps.datasets.recipes.proposing import propose
from tests.datasets.recipes.cleaned import clean_cells

FRENCH = {
    "Numéro de dossier": ("text", "A-01", "A-01"),
    "âge": ("integer", "41", 41),
    "effectif": ("integer", "1 204", 1204),
    "imc": ("float", "27,4", 27.4),
    "vu le": ("date", "31/12/2024", date(2024, 12, 31)),
    "né le": ("date", "1980-02-03", date(1980, 2, 3)),
    "mis à jour": ("datetime", "2024-05-06T07:08:09Z", datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)),
    "appelé": ("datetime", "06/05/2024 07:08", datetime(2024, 5, 6, 7, 8, tzinfo=UTC)),
    "suivi": ("boolean", "oui", True),
    "Âge": ("codepostal", "01000", "01000"),
}


def columns(table):
    return [SourceColumn(name=name, proposed_type=kind, example=example) for name, (kind, example, _) in table.items()]


def test_a_proposal_reads_the_examples_that_it_was_made_from(tmp_path):
    proposed, recipe = propose(source="visits", entity="visit", columns=columns(FRENCH))
    schema = to_logical(DataModel(entities=(proposed,))).main

    outcome = clean_cells(tmp_path, recipe, schema, {name: [example] for name, (_, example, _) in FRENCH.items()})

    (row,) = outcome.rows
    assert [row[name] for name in schema.names] == [value for _, _, value in FRENCH.values()]


def test_columns_get_valid_names_and_keep_theirs_as_labels():
    proposed, recipe = propose(source="visits", entity="visit", columns=columns(FRENCH))

    names = [attribute.name for attribute in proposed.attributes]
    assert (names[:3], names[-1]) == (["numero_de_dossier", "age", "effectif"], "age_2")
    assert [attribute.label for attribute in proposed.attributes] == list(FRENCH)
    assert [each.source for each in recipe.inputs] == ["visits"]


def test_what_is_written_for_machines_needs_no_parsing():
    plain = {"age": ("integer", "41", 41), "bmi": ("float", "27.4", 27.4), "dose": ("float", "3", 3.0)}

    proposed, recipe = propose(source="visits", entity="visit", columns=columns(plain))

    assert [attribute.type for attribute in proposed.attributes] == [
        ColumnType.INTEGER,
        ColumnType.FLOAT,
        ColumnType.FLOAT,
    ]
    assert [step.step for step in recipe.steps_of(0)] == ["map", "trim"]
