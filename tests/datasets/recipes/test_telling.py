from django.utils import translation

from apps.datasets.enums import ColumnType
from apps.datasets.recipes.telling import tell
from tests.datasets.recipes.cleaned import column, entity, recipe


def test_a_recipe_is_told_step_by_step_then_what_each_row_must_be():
    schema = entity(
        column("patient", label="Patient", is_key=True),
        column("weight", ColumnType.FLOAT, label="Poids"),
        column("seen_on", ColumnType.DATE, is_required=True),
        column("country"),
    )
    rules = recipe(
        {"step": "map", "columns": {"patient": "numéro", "weight": "Poids", "seen_on": "vu le"}},
        {"step": "trim"},
        {"step": "trim", "columns": ["patient"]},
        {"step": "parse_number", "columns": ["weight"]},
        {"step": "parse_date", "columns": ["seen_on"], "formats": ["%d/%m/%Y", "%Y-%m-%d"]},
        {"step": "fill", "columns": {"country": "France"}},
        {"step": "cast", "columns": {"weight": "float"}},
    )

    with translation.override("en"):
        told = [(each.step, str(each.sentence)) for each in tell(rules, schema)]

    assert told == [
        (1, "Take from the source: “Patient” from “numéro”, “Poids”, “seen_on” from “vu le”."),
        (2, "Take away the spaces around each value."),
        (3, "Take away the spaces around: “Patient”."),
        (4, "Read the numbers written in French (1 234,5) in: “Poids”."),
        (5, "Read the dates written “03/01/2024” or “2024-01-03” in: “seen_on”."),
        (6, "Where nothing is written, put “France” in “country”."),
        (7, "Read “Poids” as number."),
        (0, "A row with a value that cannot be read is set aside with the reason; nothing is put in its place."),
        (0, "A row without one of these is set aside: “Patient”, “seen_on”."),
        (0, "Of the rows that have the same “Patient”, only the first is kept."),
    ]
