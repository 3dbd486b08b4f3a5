"""A dataset that programs write in: opinions on the answers of a service, each about a town."""

from apps.datasets.design import Design
from apps.datasets.designing import create_dataset
from apps.datasets.merise.document import DataModel
from apps.datasets.models import Dataset
from apps.datasets.recipes.document import Recipe
from tests.collection.factories import SourceFactory
from tests.datasets.factories import GRENOBLE, VOIRON, collect_rows

MODEL = DataModel.model_validate(
    {
        "entities": [
            {"name": "town", "attributes": [{"name": "code", "is_identifier": True}, {"name": "label"}]},
            {
                "name": "opinion",
                "attributes": [
                    {"name": "number", "is_identifier": True},
                    {"name": "score", "type": "integer", "is_required": True, "minimum": "0", "maximum": "5"},
                    {"name": "agrees", "type": "boolean"},
                    {"name": "comment"},
                    {"name": "given_on", "type": "date"},
                ],
            },
        ],
        "associations": [
            {
                "name": "about",
                "legs": [{"entity": "opinion", "cardinality": "0,1"}, {"entity": "town", "cardinality": "0,n"}],
            }
        ],
    }
)
RULES = [
    {
        "rule": "condition",
        "name": "a bad score says why",
        "where": "score > 1 or comment is not null",
        "severity": "quarantine",
    }
]
# Columns of the table → fields that programs write.
TAKEN = {
    "number": "id",
    "score": "score",
    "agrees": "agrees",
    "comment": "comment",
    "given_on": "day",
    "town_code": "town",
}
GOOD = {
    "id": "a-1",
    "score": 4,
    "agrees": True,
    "comment": "Vu « sur place », l’été",
    "day": "2026-11-22",
    "town": "38185",
}


def make_written(**fields) -> Dataset:
    """A dataset whose opinions are written by programs, and whose towns are collected."""
    source = SourceFactory()
    collect_rows(source, [GRENOBLE, VOIRON])
    towns = {"source": source.slug, "steps": [{"step": "map", "columns": {"code": "Code", "label": "Nom"}}]}
    opinions = {"received": "opinion", "steps": [{"step": "map", "columns": TAKEN}]}
    recipes = {
        "town": Recipe.from_document({"inputs": [towns]}),
        "opinion": Recipe.from_document({"inputs": [opinions], "steps": [{"step": "trim"}], "rules": RULES}),
    }
    return create_dataset(
        name=f"Opinions of {source.slug}", design=Design(model=MODEL, recipes=recipes), by=None, **fields
    )
