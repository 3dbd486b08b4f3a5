"""A damaged file, made from scikit-learn's diabetes data; and the list of what is wrong in it.

It is what a French office would send: Windows-1252, semicolons, decimal commas, dates as 31/12/2024, line ends of
Windows. The measures are real; folders, dates and remarks are made up. Each damage is told with the record that holds
it and the reason for which it must be set aside, so that a test of the whole flight can prove that every other arrives.
"""

import gzip
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import sklearn.datasets

from apps.collection.enums import RejectionReason
from apps.datasets.enums import RejectReason

SKLEARN = Path(sklearn.datasets.__file__).parent / "data"
NAME = "suivi-diabete-abime.csv"

COLUMNS = (
    "numéro de dossier",
    "date de visite",
    "âge",
    "sexe",
    "indice de masse corporelle",
    "tension",
    "cholestérol total",
    "cholestérol LDL",
    "cholestérol HDL",
    "rapport cholestérol total / HDL",
    "triglycérides (log)",
    "glycémie",
    "progression",
    "observation",
)
REMARKS = (
    "",
    "Contrôle à jeun",
    "RAS",
    "À revoir dans 6 mois ; traitement modifié",
    "Patient dit « fatigué »",
    "Régime suivi, activité régulière",
    'Pèse-personne "maison"',
)


@dataclass(frozen=True)
class Damage:
    """What is wrong with record `row` (from 1, header apart), in which column, and the reason that must be found."""

    row: int
    reason: str
    column: str = ""


@dataclass(frozen=True)
class _Value(Damage):
    """A value replaced by another, which the recipe must refuse."""

    value: str = ""


# --- What collection finds: records that cannot be cut into cells, or read -------------------------
_WRONG_BYTES = {37: b"\x81", 151: b"\x8d", 298: b"\x9d"}
_CUT_AFTER = {64: 5, 212: 1, 401: 13}
_TOO_MANY = {96: ";", 333: ";;vu par le Dr X"}
_UNCLOSED = 270

IN_COLLECTION = tuple(
    sorted(
        [
            *(Damage(row, RejectionReason.INVALID_ENCODING, "observation") for row in _WRONG_BYTES),
            *(Damage(row, RejectionReason.TOO_FEW_COLUMNS) for row in _CUT_AFTER),
            *(Damage(row, RejectionReason.TOO_MANY_COLUMNS) for row in _TOO_MANY),
            Damage(_UNCLOSED, RejectionReason.UNCLOSED_QUOTE),
        ],
        key=lambda damage: damage.row,
    )
)

# --- What the recipe finds: records that are whole, with a value that cannot be --------------------
_VALUES = (
    _Value(12, RejectReason.NOT_A_NUMBER, "tension", "n.c."),
    _Value(45, RejectReason.NOT_A_DATE, "date de visite", "31/02/2024"),
    _Value(78, RejectReason.NOT_A_NUMBER, "cholestérol LDL", "1O,5"),
    _Value(120, RejectReason.MISSING, "progression", ""),
    _Value(133, RejectReason.NOT_AN_INTEGER, "âge", "45,5"),
    _Value(189, RejectReason.MISSING, "numéro de dossier", "  "),
    _Value(240, RejectReason.NOT_A_DATE, "date de visite", "printemps 2024"),
    _Value(311, RejectReason.NOT_A_NUMBER, "glycémie", "env. 90"),
    _Value(377, RejectReason.NOT_A_DATE, "date de visite", "00/05/2024"),
)
# Records added after the last one, with the folder of an earlier one: as it was, and with other measures.
_DUPLICATED = {443: 10, 444: 205, 445: 310}

IN_RECIPE = (
    *(Damage(damage.row, damage.reason, damage.column) for damage in _VALUES),
    *(Damage(row, RejectReason.DUPLICATE, "numéro de dossier") for row in _DUPLICATED),
)

# --- What looks wrong and is not: these records must arrive ----------------------------------------
_ON_TWO_LINES = 22
_BLANKS_AROUND = 58
_BLANK_LINE_AFTER = 160

RECORDS = 445
GOOD_RECORDS = RECORDS - len(IN_COLLECTION) - len(IN_RECIPE)


def damaged_file() -> bytes:
    """The whole file, the same each time."""
    records = _records()
    for damage in _VALUES:
        records[damage.row - 1][COLUMNS.index(damage.column)] = damage.value
    records[_ON_TWO_LINES - 1][-1] = "Première ligne\r\nseconde ligne"
    records[_BLANKS_AROUND - 1] = [f" {cell}  " for cell in records[_BLANKS_AROUND - 1]]
    for row, earlier in _DUPLICATED.items():
        records.append([*records[earlier - 1]])
        if row > 443:
            records[row - 1][COLUMNS.index("tension")] = "100,00"
    lines = [_line(COLUMNS), *(_damaged(row, record) for row, record in enumerate(records, 1))]
    return b"".join(lines)


def _records() -> list[list[str]]:
    """The 442 patients of scikit-learn, in the way a French office writes them."""
    measures = gzip.decompress((SKLEARN / "diabetes_data_raw.csv.gz").read_bytes()).decode().splitlines()
    targets = gzip.decompress((SKLEARN / "diabetes_target.csv.gz").read_bytes()).decode().splitlines()
    first = date(2024, 1, 2)
    return [
        [
            f"D-{index:04d}",
            f"{first + timedelta(days=index * 7 % 360):%d/%m/%Y}",
            *(cell.replace(".", ",") for cell in line.split()),
            f"{float(target):.0f}",
            REMARKS[index % len(REMARKS)],
        ]
        for index, (line, target) in enumerate(zip(measures, targets, strict=True), 1)
    ]


def _line(cells: list[str] | tuple[str, ...]) -> bytes:
    return (";".join(map(_quoted, cells)) + "\r\n").encode("cp1252")


def _quoted(cell: str) -> str:
    needs_quotes = any(character in cell for character in ';"\r\n')
    return '"' + cell.replace('"', '""') + '"' if needs_quotes else cell


def _damaged(row: int, record: list[str]) -> bytes:
    if row in _WRONG_BYTES:
        return _line([*record[:-1], "Suivi "]).replace(b"Suivi ", b"Suivi " + _WRONG_BYTES[row])
    if row in _CUT_AFTER:
        return _line(record[: _CUT_AFTER[row]])
    if row in _TOO_MANY:
        return _line([*record[:-1], "RAS"]).replace(b"RAS", b"RAS" + _TOO_MANY[row].encode())
    if row == _UNCLOSED:
        return _line([*record[:-1], "RAS"]).replace(b"RAS", b'"RAS')
    return _line(record) + (b"\r\n" if row == _BLANK_LINE_AFTER else b"")
