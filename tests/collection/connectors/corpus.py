"""Files as people have them, each with what a reader of it must find: what detection is judged on.

`Sample(content, encoding, delimiter, skip_lines, header, columns)`. scikit-learn's are read where it is installed.
"""

import gzip
from dataclasses import dataclass
from pathlib import Path

import sklearn.datasets

SKLEARN = Path(sklearn.datasets.__file__).parent / "data"


@dataclass(frozen=True)
class Sample:
    content: bytes
    encoding: str
    delimiter: str
    skip_lines: int
    header: bool
    columns: int


def sklearn_file(name: str) -> bytes:
    content = (SKLEARN / name).read_bytes()
    return gzip.decompress(content) if name.endswith(".gz") else content


def rows(template: str, count: int = 50) -> str:
    return "".join(template.format(i=i, j=i + 1, k=i * 2, day=i % 28 + 1) for i in range(count))


def pick(*lines: str, count: int = 50) -> str:
    return "".join(lines[i * i % 7 % len(lines)] + "\n" for i in range(count))


FRENCH = "numéro;prénom nom;date d'entrée;montant €;ville\n" + rows(
    "{i};Hélène Lefèvre {i};{day:02d}/03/2024;{k},{day:02d};Saint-Étienne, Loire\n", 300
)
WITHOUT_EURO = FRENCH.replace(" €", "")

CORPUS: dict[str, Sample] = {
    # --- scikit-learn's ---------------------------------------------------------------------------
    "iris": Sample(sklearn_file("iris.csv"), "utf-8", "comma", 1, False, 5),
    "breast_cancer": Sample(sklearn_file("breast_cancer.csv"), "utf-8", "comma", 1, False, 31),
    "wine_data": Sample(sklearn_file("wine_data.csv"), "utf-8", "comma", 1, False, 14),
    "diabetes_data_raw": Sample(sklearn_file("diabetes_data_raw.csv.gz"), "utf-8", "spaces", 0, False, 10),
    "diabetes_target": Sample(sklearn_file("diabetes_target.csv.gz"), "utf-8", "none", 0, False, 1),
    "digits": Sample(sklearn_file("digits.csv.gz"), "utf-8", "comma", 0, False, 65),
    "linnerud_exercise": Sample(sklearn_file("linnerud_exercise.csv"), "utf-8", "spaces", 0, True, 3),
    "linnerud_physiological": Sample(sklearn_file("linnerud_physiological.csv"), "utf-8", "spaces", 0, True, 3),
    # --- Encodings --------------------------------------------------------------------------------
    "windows-1252": Sample(FRENCH.encode("cp1252"), "windows-1252", "semicolon", 0, True, 5),
    "windows-1252 without €": Sample(WITHOUT_EURO.encode("cp1252"), "windows-1252", "semicolon", 0, True, 5),
    "windows-1252, CRLF": Sample(
        FRENCH.replace("\n", "\r\n").encode("cp1252"), "windows-1252", "semicolon", 0, True, 5
    ),
    "windows-1252, bytes that it does not have": Sample(
        FRENCH.encode("cp1252").replace(b"L", b"\x81", 3), "windows-1252", "semicolon", 0, True, 5
    ),
    "utf-8": Sample(FRENCH.encode(), "utf-8", "semicolon", 0, True, 5),
    "utf-8 with a mark": Sample(FRENCH.encode("utf-8-sig"), "utf-8", "semicolon", 0, True, 5),
    "utf-8, wrong bytes": Sample(FRENCH.encode().replace("è".encode(), b"\xe8", 3), "utf-8", "semicolon", 0, True, 5),
    "utf-16": Sample(FRENCH.encode("utf-16"), "utf-16", "semicolon", 0, True, 5),
    "utf-16 without a mark": Sample(FRENCH.encode("utf-16-le"), "utf-16-le", "semicolon", 0, True, 5),
    "mac roman": Sample(FRENCH.encode("mac-roman"), "mac-roman", "semicolon", 0, True, 5),
    "code page 850": Sample(WITHOUT_EURO.encode("cp850"), "cp850", "semicolon", 0, True, 5),
    "cyrillic": Sample(
        ("имя;город\n" + rows("Анна Петрова;Москва\n")).encode("cp1251"), "windows-1251", "semicolon", 0, True, 2
    ),
    # --- Delimiters -------------------------------------------------------------------------------
    "decimal commas": Sample(("mesure;valeur\n" + rows("{i},5;{k},25\n")).encode(), "utf-8", "semicolon", 0, True, 2),
    "tabs": Sample(
        ("nom\tâge\tville\n" + rows("Zoé {i}\t{day}\tSaint-Malo, Bretagne\n")).encode(), "utf-8", "tab", 0, True, 3
    ),
    "bars": Sample(("id|nom|date\n" + rows("{i}|n{i}|2024-01-{day:02d}\n")).encode(), "utf-8", "pipe", 0, True, 3),
    "runs of spaces": Sample(("nom age\n" + rows("Anne   {i}\n")).encode(), "utf-8", "spaces", 0, True, 2),
    "a semicolon in each text": Sample(("id,mots\n" + rows("{i},un;deux\n")).encode(), "utf-8", "comma", 0, True, 2),
    # --- One column -------------------------------------------------------------------------------
    "names": Sample(("nom\n" + rows("Dupont {i}\n")).encode(), "utf-8", "none", 0, True, 1),
    "numbers": Sample(("valeur\n" + rows("{i}\n")).encode(), "utf-8", "none", 0, True, 1),
    "remarks": Sample(
        ("commentaire\n" + pick("bon produit, merci", "nul", "très bien; rien à dire", "correct")).encode(),
        "utf-8",
        "none",
        0,
        True,
        1,
    ),
    # --- Quotes -----------------------------------------------------------------------------------
    "line ends between quotes": Sample(
        ("id,texte\n" + rows('{i},"ligne un\nligne deux, suite ""{i}"""\n')).encode(), "utf-8", "comma", 0, True, 2
    ),
    "quotes everywhere": Sample(
        ('"id";"nom"\n' + rows('"{i}";"Durand, Jean; dit J"\n')).encode(), "utf-8", "semicolon", 0, True, 2
    ),
    "apostrophes as quotes": Sample(("id,nom\n" + rows("{i},'Durand, Jean'\n")).encode(), "utf-8", "comma", 0, True, 2),
    "apostrophes in texts": Sample(("id,nom\n" + rows("{i},l'eau d'ici\n")).encode(), "utf-8", "comma", 0, True, 2),
    "inches": Sample(("ref;taille\n" + rows('{i};5" tuyau\n')).encode(), "utf-8", "semicolon", 0, True, 2),
    # --- Headers ----------------------------------------------------------------------------------
    "a header alone": Sample(b"id,nom,date\n", "utf-8", "comma", 0, True, 3),
    "a header alone, no line end": Sample(b"id;nom;date", "utf-8", "semicolon", 0, True, 3),
    "one row": Sample(b"1;2;3\n", "utf-8", "semicolon", 0, False, 3),
    "a title": Sample(
        ("Export du logiciel X\nLe 3 mars 2024\n\nid;nom;valeur\n" + rows("{i};a{i};{i},5\n")).encode(),
        "utf-8",
        "semicolon",
        3,
        True,
        3,
    ),
    "texts and their names": Sample(
        ("prenom;ville;pays\n" + pick("Anne;Lyon;France", "Bob;Nice;France", "Eve;Bruxelles;Belgique")).encode(),
        "utf-8",
        "semicolon",
        0,
        True,
        3,
    ),
    "texts without names": Sample(
        pick("Anne;Lyon;France", "Bob;Nice;France", "Eve;Bruxelles;Belgique").encode(),
        "utf-8",
        "semicolon",
        0,
        False,
        3,
    ),
    "years as names": Sample(
        ("pays;2019;2020;2021\n" + rows("P{i};{i};{j};{k}\n")).encode(), "utf-8", "semicolon", 0, True, 4
    ),
    "blank names": Sample(("a;;a;\n" + rows("{i};x;y;3\n")).encode(), "utf-8", "semicolon", 0, True, 4),
    "records that leave out the last cells": Sample(
        ("version,nom,sortie,fin\n" + rows("{i},nom,2024-01-{day:02d}\n")).encode(), "utf-8", "comma", 0, True, 4
    ),
    "ragged": Sample(
        ("a;b;c\n" + "".join(f"{i};x;y\n" if i % 7 else f"{i};x\n" for i in range(60))).encode(),
        "utf-8",
        "semicolon",
        0,
        True,
        3,
    ),
}
