"""Steps that look for a value in another table."""

from apps.datasets.enums import ColumnType
from tests.datasets.recipes.cleaned import column
from tests.datasets.recipes.samples.sample import Sample

INTEGER = ColumnType.INTEGER

SERVICES = {"code": ["a", "b", "c", "d", None], "label": ["Voirie", "Eau", "Écoles", "eau ", "Écoles"]}
PLACE = {"zip": ["1000", "1000", "2000", "2000"], "name": ["Bourg", "Bourg", "Laon", "Lens"]}

SAMPLES: dict[str, Sample] = {
    "lookup": Sample(
        steps=[{"step": "lookup", "entity": "service", "by": {"label": "_service"}, "set": {"value": "code"}}],
        arriving=["_service"],
        others={"entity:service": SERVICES},
        rows={
            "Voirie": "a",
            " Voirie ": "a",
            "voirie": "<unknown_reference>",
            "Eau": "b",
            "Écoles": "<ambiguous_reference>",
            "Parcs": "<unknown_reference>",
            " ": None,
            None: None,
        },
    ),
    "lookup nearly": Sample(
        steps=[
            {"step": "lookup", "entity": "service", "by": {"label": "_s"}, "set": {"value": "code"}, "is_near": True}
        ],
        arriving=["_s"],
        others={"entity:service": {"code": ["a", "b", "b"], "label": ["Voirie", "École", "ECOLE"]}},
        rows={"VOIRIE !": "a", "ecole": "b", "x": "<unknown_reference>", "": None},
    ),
    "join": Sample(
        steps=[{"step": "join", "source": "places", "by": {"zip": "_zip"}, "set": {"value": "name"}}],
        arriving=["_zip"],
        others={"source:places": PLACE},
        rows={"1000": "Bourg", "2000": "<ambiguous_reference>", "3000": None, None: None, " ": None},
    ),
    "join on two columns": Sample(
        steps=[
            {
                "step": "join",
                "dataset": "geo",
                "entity": "town",
                "by": {"zip": "a", "name": "b"},
                "set": {"n": "people"},
            }
        ],
        columns=[column("a"), column("b"), column("n", INTEGER)],
        arriving=["a", "b"],
        others={"dataset:geo.town": {**PLACE, "people": ["7", "7", " 8", "9"]}},
        rows={
            ("2000", "Laon"): ("2000", "Laon", 8),
            ("2000", "Lens"): ("2000", "Lens", 9),
            ("2000", None): ("2000", None, None),
        },
    ),
}
