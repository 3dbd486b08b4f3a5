"""Steps that put texts in order, cut them and put them together."""

from apps.datasets.enums import ColumnType
from tests.datasets.recipes.cleaned import column
from tests.datasets.recipes.samples.sample import Sample, in_column

NBSP = "\u00a0"
TEXT, INTEGER = ColumnType.TEXT, ColumnType.INTEGER


def misread(text: str, encoding: str = "cp1252") -> str:
    """A text in UTF-8 as programs show it that take it for another encoding."""
    return "".join(
        bytes([byte]).decode(encoding, errors="replace").replace("\ufffd", chr(byte)) for byte in text.encode()
    )


SAMPLES: dict[str, Sample] = {
    "trim": in_column(TEXT, {"step": "trim"}, {f" a b{NBSP}": "a b", " ": None, None: None}),
    "trim in working columns": Sample(
        steps=[{"step": "trim"}, {"step": "join_text", "columns": ["_a", "_b"], "into": "value", "separator": "|"}],
        arriving=["_a", "_b"],
        rows={(" x ", f"{NBSP}y"): "x|y"},
    ),
    "fill": Sample(steps=[{"step": "fill", "columns": {"value": "?"}}], rows={"a": "a", " ": "?", None: "?"}),
    "case upper": in_column(
        TEXT, {"step": "case", "to": "upper"}, {"é œ ß": "É Œ SS", "L'été n°1": "L'ÉTÉ N°1", None: None, "": None}
    ),
    "case lower": in_column(TEXT, {"step": "case", "to": "lower"}, {"ÉTÉ İ": "été i", "Œ": "œ"}),
    "case sentence": in_column(TEXT, {"step": "case", "to": "sentence"}, {"éCOLE Du Lac": "École du lac", "a": "A"}),
    "case title": in_column(
        TEXT,
        {"step": "case", "to": "title"},
        {
            "JEAN-PIERRE  D'AULNAY": "Jean-Pierre  D'Aulnay",
            "éloïse de l’isle": "Éloïse De L’Isle",
            "x": "X",
            None: None,
            "a - b-": "A - B-",
        },
    ),
    "coalesce": Sample(
        steps=[{"step": "coalesce", "columns": ["_a", "_b"], "into": "value"}],
        arriving=["_a", "_b"],
        rows={("x", "y"): "x", (f"{NBSP}", " y "): "y", (None, ""): None, ("", "z"): "z"},
    ),
    "join_text": Sample(
        steps=[{"step": "join_text", "columns": ["_a", "_b", "_c"], "into": "value", "separator": ", "}],
        arriving=["_a", "_b", "_c"],
        rows={("x", "y", "z"): "x, y, z", ("", " y ", None): "y", (None, None, None): None, ("é", None, "z"): "é, z"},
    ),
    "split at a separator": Sample(
        steps=[{"step": "split", "column": "_v", "separator": " - ", "into": ["a", "b", "c"]}],
        arriving=["_v"],
        columns=[column("a"), column("b"), column("c", INTEGER)],
        rows={
            "x - y\nw - 3": ("x", "y\nw", 3),
            "x": ("x", None, None),
            " x  -  - 4 ": ("x", None, 4),
            "a - b - c - d": "<not_a_number>",
            None: (None, None, None),
        },
    ),
    "split at a sign of regular expressions": Sample(
        steps=[{"step": "split", "column": "_v", "separator": "|$", "into": ["a", "b"]}],
        arriving=["_v"],
        columns=[column("a"), column("b")],
        rows={"x|$y|$z": ("x", "y|$z"), "x|y": ("x|y", None)},
    ),
    "split at positions": Sample(
        steps=[{"step": "split", "column": "_v", "positions": [2, 5], "into": ["a", "b", "c"]}],
        arriving=["_v"],
        columns=[column("a"), column("b"), column("c")],
        rows={"éa123xyz": ("éa", "123", "xyz"), "7": ("7", None, None), "": (None, None, None)},
    ),
    "split in place": Sample(
        steps=[{"step": "split", "column": "a", "separator": ";", "into": ["a", "b"]}],
        columns=[column("a"), column("b")],
        arriving=["a"],
        rows={"x;y": ("x", "y")},
    ),
    "extract by names": Sample(
        steps=[{"step": "extract", "column": "_v", "pattern": r"^(?P<a>[^\d.]+?)\s*(?P<b>\d{2,5})?$"}],
        arriving=["_v"],
        columns=[column("a"), column("b", INTEGER)],
        rows={
            "Lot 042": ("Lot", 42),
            "Lot": ("Lot", None),
            "7": (None, None),
            "Lot 1\n": (None, None),
            None: (None, None),
        },
    ),
    "extract by rank": Sample(
        steps=[{"step": "extract", "column": "value", "pattern": r"n°.([a-z]|[0-9]+)", "into": ["value"]}],
        rows={"le n° 12": "12", "n°\n3": None, "n°xé": None, "n°\rx": "x"},
    ),
    "extract what must be there": Sample(
        steps=[{"step": "extract", "column": "_v", "pattern": "([0-9]{5})", "into": ["value"], "others": "reject"}],
        arriving=["_v"],
        rows={"75001 Paris": "75001", "Paris": "<not_as_written>", " ": None},
    ),
    "map_values": in_column(
        TEXT,
        {"step": "map_values", "values": {"F": ["féminin", "Femme"], "M": ["masculin"]}},
        {"féminin": "F", " Femme ": "F", "M": "M", "Féminin": "Féminin", "": None, None: None},
    ),
    "map_values nearly": in_column(
        TEXT,
        {
            "step": "map_values",
            "values": {"Île-de-France": ["IDF", "Région parisienne"]},
            "is_near": True,
            "others": "empty",
        },
        {
            "ile de france": "Île-de-France",
            "I.D.F.": "Île-de-France",
            "REGION PARISIENNE": "Île-de-France",
            "Lille": None,
        },
    ),
    "map_values or set aside": in_column(
        INTEGER,
        {"step": "map_values", "values": {"1": ["un"], "2": ["deux"]}, "others": "reject"},
        {"un": 1, "2": 2, "3": "<not_a_choice>", " ": None},
    ),
    "repair_text": in_column(
        TEXT,
        {"step": "repair_text"},
        {
            misread("Hélène à l’école — « œuvre » 12 €™"): "Hélène à l’école — « œuvre » 12 €™",
            misread("Ÿ Š žéÀÏÁÍ", "latin-1"): "Ÿ Š žéÀÏÁÍ",
            misread("É’"): "É’",
            "Course Ã pied, dÃ©jÃ vu": "Course à pied, déjà vu",
            "Ã pied, voilÃ": "à pied, voilà",
            "MANHÃ DE SOL": "MANHÃ DE SOL",
            misread(misread("é")): "Ã©",
            "É Â à â Å ok €": "É Â à â Å ok €",
            "PÂTÉ GRÂCE": "PÂTÉ GRÂCE",
            "e\u0301te\u0301 c\u0327a A\u030a x\u0301 \u0301e": "été ça Å x\u0301 \u0301e",
            "e\u0301": "é",
            "a\x07b\x00c\u200bd\u00ade\tf": "abcde\tf",
            None: None,
            "": None,
        },
    ),
    "repair_text of the Web": in_column(
        TEXT,
        {"step": "repair_text", "html": True, "quotes": True},
        {
            "L&#39;&eacute;t&#233; &amp; &euro;&nbsp;&unknown; &amp;lt;": f"L'été & €{NBSP}&unknown; &lt;",
            "a & b; R&D &": "a & b; R&D &",
            "l’“été”": 'l\'"été"',
            "&frac12;": "½",
        },
    ),
}
