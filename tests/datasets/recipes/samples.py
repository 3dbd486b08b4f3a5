"""What each step does, value by value: run by every engine, each of which must give the same."""

import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa

from apps.datasets.enums import ColumnType
from apps.datasets.recipes.compiling import compile_input, landed
from apps.datasets.recipes.document import Recipe
from apps.datasets.recipes.pseudonyms import PADS, pads, pads_table
from apps.datasets.recipes.steps.base import FAULT, LEFT_OUT
from apps.datasets.schema import ColumnSchema, EntitySchema
from tests.datasets.recipes.cleaned import column

NBSP, NARROW, MINUS = "\u00a0", "\u202f", "\u2212"
KEY = b"a key that only tests know"
TEXT, INTEGER, FLOAT, DECIMAL = ColumnType.TEXT, ColumnType.INTEGER, ColumnType.FLOAT, ColumnType.DECIMAL
DATE, DATETIME = ColumnType.DATE, ColumnType.DATETIME


@dataclass(frozen=True, kw_only=True)
class Sample:
    """Rows that arrive, and what comes of each: its values (alone if there is one column), or the code of its fault.

    `arriving` are the columns of the source where they are not those of the entity.
    """

    steps: Sequence[Mapping[str, Any]]
    rows: Mapping[Any, Any]
    columns: Sequence[ColumnSchema] = (column("value"),)
    arriving: Sequence[str] = ()
    others: Mapping[str, Mapping[str, Sequence[str | None]]] = field(default_factory=dict)

    @property
    def schema(self) -> EntitySchema:
        return EntitySchema(name="visit", columns=tuple(self.columns))

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.arriving) or self.schema.names

    @property
    def recipe(self) -> Recipe:
        take = {"step": "map", "columns": {name: name for name in self.names}}
        return Recipe.from_document({"inputs": [{"source": "visits", "steps": [take, *self.steps]}]})

    @property
    def arrived(self) -> list[tuple[str | None, ...]]:
        return [row if isinstance(row, tuple) else (row,) for row in self.rows]


def in_column(kind: ColumnType, step: Mapping[str, Any], rows: Mapping[str, Any], **options: Any) -> Sample:
    """A step on a column of this type."""
    return Sample(steps=[{"columns": ["value"], **step}], rows=rows, columns=[column("value", kind, **options)])


Register = Callable[[str, pa.Table], object]
Run = Callable[[Any], list[dict[str, Any]]]


def outcome(register: Register, run: Run, name: str, sample: Sample) -> list[Any]:
    """What comes of each row of the sample, by the engine in which tables are registered and expressions run."""
    import ibis

    cells = dict(zip(sample.names, zip(*sample.arrived, strict=True), strict=True))
    count = len(sample.rows)
    lineage = {
        "_input": pa.array([0] * count, pa.int16()),
        "_run": pa.array([1] * count, pa.int64()),
        "_part": pa.array([0] * count, pa.int16()),
        "_row": pa.array(range(count), pa.int64()),
    }
    register(name, pa.table({each: pa.array(list(texts), pa.string()) for each, texts in cells.items()} | lineage))
    others = {}
    for rank, (needed, columns) in enumerate(sample.others.items()):
        register(f"{name}_{rank}", pa.table({each: pa.array(texts, pa.string()) for each, texts in columns.items()}))
        others[needed] = ibis.table(dict.fromkeys(columns, "string"), name=f"{name}_{rank}")
    register(f"{name}_key", pa.table({each: [digits] for each, digits in pads(KEY).items()}))
    others[PADS] = pads_table(f"{name}_key")
    rows = compile_input(sample.recipe, 0, sample.schema, landed(sample.names, name=name), others=others)
    return [_told(row, sample.schema) for row in run(rows.order_by("_row"))]


def _told(row: Mapping[str, Any], schema: EntitySchema) -> Any:
    suffix = FAULT.format("")
    faults = [row[name] for name in row if name.endswith(suffix) and row[name]]
    if faults:
        return f"<{faults[0]}>"
    if row.get(LEFT_OUT):
        return f"<{row[LEFT_OUT]}>"
    values = tuple(row[name] for name in schema.names)
    return values if len(values) > 1 else values[0]


def misread(text: str, encoding: str = "cp1252") -> str:
    """A text in UTF-8 as programs show it that take it for another encoding."""
    return "".join(
        bytes([byte]).decode(encoding, errors="replace").replace("\ufffd", chr(byte)) for byte in text.encode()
    )


def digest(text: str) -> str:
    return hmac.new(KEY, text.encode(), "sha256").hexdigest()


SERVICES = {"code": ["a", "b", "c", "d", None], "label": ["Voirie", "Eau", "Écoles", "eau ", "Écoles"]}
PLACE = {"zip": ["1000", "1000", "2000", "2000"], "name": ["Bourg", "Bourg", "Laon", "Lens"]}

SAMPLES: dict[str, Sample] = {
    "trim": in_column(TEXT, {"step": "trim"}, {f" a b{NBSP}": "a b", " ": None, None: None}),
    "trim in working columns": Sample(
        steps=[{"step": "trim"}, {"step": "join_text", "columns": ["_a", "_b"], "into": "value", "separator": "|"}],
        arriving=["_a", "_b"],
        rows={(" x ", f"{NBSP}y"): "x|y"},
    ),
    "cast": Sample(steps=[{"step": "cast", "columns": {"value": "integer"}}], rows={"12": "12", "x": "<not_a_number>"}),
    "fill": Sample(steps=[{"step": "fill", "columns": {"value": "?"}}], rows={"a": "a", " ": "?", None: "?"}),
    "fill after numbers were read": Sample(
        steps=[{"step": "parse_number", "columns": ["value"]}, {"step": "fill", "columns": {"value": "1_0"}}],
        columns=[column("value", FLOAT)],
        rows={"1,5": 1.5, "": "<not_a_number>"},
    ),
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
    "parse_number": in_column(
        FLOAT,
        {"step": "parse_number"},
        {f"1{NARROW}234,5": 1234.5, f"{MINUS}3": -3.0, "1.5": "<not_a_number>", "12 %": "<not_a_number>", "": None},
    ),
    "parse_number with units": in_column(
        DECIMAL,
        {"step": "parse_number", "units": ["€", "EUR", "k€", "$"], "parentheses": "negative"},
        {
            "1 234,50 €": Decimal("1234.50"),
            "12 k€": Decimal(12),
            f"€{NBSP}5": Decimal(5),
            "(1 234,5 EUR)": Decimal("-1234.5"),
            "$3": Decimal(3),
            "(5": "<not_a_number>",
            "(-5)": "<not_a_number>",
            "€": "<not_a_number>",
            "5 kg": "<not_a_number>",
            "": None,
        },
    ),
    "parse_number of shares": in_column(
        DECIMAL,
        {"step": "parse_number", "percent": True},
        {
            "12,5 %": Decimal("0.125"),
            "-1 234 %": Decimal("-12.34"),
            "7%": Decimal("0.07"),
            "0,5": Decimal("0.5"),
            "%": "<not_a_number>",
            "5 %%": "<not_a_number>",
        },
    ),
    "parse_number of shares as floats": in_column(
        FLOAT, {"step": "parse_number", "percent": True, "locale": "en"}, {"12.3%": 0.123, "29%": 0.29, ".5 %": 0.005}
    ),
    "parse_date": in_column(
        DATE,
        {"step": "parse_date", "formats": ["%d/%m/%Y", "%Y-%m-%d"]},
        {"03/04/2024": date(2024, 4, 3), "2024-02-30": "<not_a_date>", "": None, "3/4/2024\n": date(2024, 4, 3)},
    ),
    "parse_date with names": in_column(
        DATE,
        {"step": "parse_date", "formats": ["%d %B %Y", "%A %d %B %Y", "%B %d, %Y", "%d-%B-%y"]},
        {
            "3 janvier 2024": date(2024, 1, 3),
            "12 févr. 2023": date(2023, 2, 12),
            "lundi 3 mars 2024": date(2024, 3, 3),
            f"1er{NBSP}AOÛT  2024": date(2024, 8, 1),
            "Mar. 5 Décembre 2023": date(2023, 12, 5),
            "March 3rd, 2024": date(2024, 3, 3),
            "04-Sept-98": date(1998, 9, 4),
            "31 juin 2024": "<not_a_date>",
            "3 brumaire 2024": "<not_a_date>",
            "": None,
        },
    ),
    "parse_date in both orders": in_column(
        DATE,
        {"step": "parse_date", "formats": ["%d/%m/%Y", "%m/%d/%Y", "%Y/%m/%d"]},
        {
            "03/04/2024": "<ambiguous_date>",
            "13/04/2024": date(2024, 4, 13),
            "04/13/2024": date(2024, 4, 13),
            "04/04/2024": date(2024, 4, 4),
            "2024/04/03": date(2024, 4, 3),
            "x": "<not_a_date>",
            "": None,
        },
    ),
    "parse_date with the day first": in_column(
        DATE,
        {"step": "parse_date", "formats": ["%m/%d/%Y", "%d/%m/%Y"], "ambiguous": "day_first"},
        {"03/04/2024": date(2024, 4, 3), "04/13/2024": date(2024, 4, 13)},
    ),
    "parse_date with the month first": in_column(
        DATE,
        {"step": "parse_date", "formats": ["%d/%m/%Y", "%m/%d/%Y"], "ambiguous": "month_first"},
        {"03/04/2024": date(2024, 3, 4), "13/04/2024": date(2024, 4, 13)},
    ),
    "parse_date with a zone": in_column(
        DATETIME,
        {"step": "parse_date", "formats": ["iso", "%d/%m/%Y %H:%M:%S.%f%z", "%d %B %Y à %H h %M"]},
        {
            "2024-05-06T07:08:09.5+02:00": datetime(2024, 5, 6, 5, 8, 9, 500000, tzinfo=UTC),
            "2024-05-06": datetime(2024, 5, 6, tzinfo=UTC),
            "06/05/2024 07:08:09.25Z": datetime(2024, 5, 6, 7, 8, 9, 250000, tzinfo=UTC),
            "06/05/2024 07:08:09.1-0330": datetime(2024, 5, 6, 10, 38, 9, 100000, tzinfo=UTC),
            "6 mai 2024 À 17 h 05": datetime(2024, 5, 6, 17, 5, tzinfo=UTC),
            "2024-05-06T25:00": "<not_a_date>",
        },
    ),
    "convert_unit": in_column(
        FLOAT,
        {"step": "convert_unit", "unit": "ft", "to": "m"},
        {"10": 3.048, "-1.5e2": -45.72, "": None, "x": "<not_a_number>", "1_0": "<not_a_number>", "1e308": 3.048e307},
        unit="meter",
    ),
    "convert_unit of temperatures": in_column(
        FLOAT,
        {"step": "convert_unit", "unit": "degF", "to": "degC"},
        {"212": 100.0, "-40": -40.0, "1e-7": -17.777777722222222},
    ),
    "convert_unit of numbers as people write them": Sample(
        steps=[
            {"step": "parse_number", "columns": ["value"]},
            {"step": "convert_unit", "columns": ["value"], "unit": "mg/dL", "to": "g/L"},
        ],
        columns=[column("value", FLOAT)],
        rows={"1 200,5": 12.005, "x": "<not_a_number>"},
    ),
    "normalize_email": in_column(
        TEXT,
        {"step": "normalize_email"},
        {
            " Ada.Lovelace+x@Example.ORG ": "ada.lovelace+x@example.org",
            "mailto:a@b-c.fr": "a@b-c.fr",
            "a@b": "<not_an_email>",
            "a b@c.fr": "<not_an_email>",
            "a@b.fr, c@d.fr": "<not_an_email>",
            "a@-b.fr": "<not_an_email>",
            "é@b.fr": "<not_an_email>",
            " ": None,
        },
    ),
    "normalize_phone": in_column(
        TEXT,
        {"step": "normalize_phone"},
        {
            "01 23 45 67 89": "+33123456789",
            "01.23-45/67\u201189": "+33123456789",
            "+33 (0)6 12 34 56 78": "+33612345678",
            "0033612345678": "+33612345678",
            "+330612345678": "+33612345678",
            "0690 12 34 56": "+590690123456",
            "0692123456": "+262692123456",
            "+262 692 12 34 56": "+262692123456",
            "+44 20 7946 0958": "+442079460958",
            "+1 (202) 555-0143": "+12025550143",
            "12 34 56": "<not_a_phone_number>",
            "0123": "<not_a_phone_number>",
            "+33 1 23 45": "<not_a_phone_number>",
            "01 23 45 67 89 poste 3": "<not_a_phone_number>",
            "0012": "<not_a_phone_number>",
            "-": "<not_a_phone_number>",
            f"{NBSP}": None,
            None: None,
        },
    ),
    "normalize_postal_code": in_column(
        TEXT,
        {"step": "normalize_postal_code"},
        {
            "75 001": "75001",
            "1000": "01000",
            "F-69003": "69003",
            "20090": "20090",
            "97400": "97400",
            "98800": "98800",
            "96000": "<not_a_postal_code>",
            "2A004": "<not_a_postal_code>",
            "750011": "<not_a_postal_code>",
            "100": "<not_a_postal_code>",
            "": None,
        },
    ),
    "normalize_commune": in_column(
        TEXT,
        {"step": "normalize_commune"},
        {
            "St-Étienne CEDEX 2": "SAINT ETIENNE",
            "Ste Foy lès Lyon": "SAINTE FOY LES LYON",
            "Châlon s/ Saône": "CHALON SUR SAONE",
            "L'Haÿ-les-Roses": "L HAY LES ROSES",
            "Paris 12e": "PARIS",
            "PARIS-15EME ARRONDISSEMENT": "PARIS",
            "Lyon 3ème arrdt": "LYON",
            "Lyon cedex 03": "LYON",
            "Marseille 08": "MARSEILLE",
            "Bourg St. Maurice": "BOURG SAINT MAURICE",
            "Nœux-les-Mines": "NOEUX LES MINES",
            "Ville 12": "VILLE 12",
            " ": None,
            None: None,
        },
    ),
    "normalize_siren": in_column(
        TEXT,
        {"step": "normalize_siren"},
        {
            "732 829 320": "732829320",
            "356.000.000": "356000000",
            "732829321": "<not_a_company_number>",
            "73282932": "<not_a_company_number>",
            "7328293200": "<not_a_company_number>",
            "73282932O": "<not_a_company_number>",
            "": None,
        },
    ),
    "normalize_siret": in_column(
        TEXT,
        {"step": "normalize_siret"},
        {
            "732 829 320 00074": "73282932000074",
            f"732829320{NARROW}00074": "73282932000074",
            "35600000000048": "35600000000048",
            "35600000049837": "35600000049837",
            "35600000049838": "<not_a_company_number>",
            "73282932000075": "<not_a_company_number>",
            "7328293200007": "<not_a_company_number>",
            None: None,
        },
    ),
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
    "pseudonymise": in_column(
        TEXT,
        {"step": "pseudonymise"},
        {
            "Ada Lovelace": digest("Ada Lovelace"),
            f" é😀{NBSP}": digest("é😀"),
            "x" * 200: digest("x" * 200),
            " ": None,
            None: None,
        },
    ),
}
