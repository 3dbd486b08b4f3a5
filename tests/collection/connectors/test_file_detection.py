"""Telling how a file is written from its beginning."""

import gzip

import pytest
from django.utils.functional import Promise
from pydantic import ValidationError

from apps.collection.connectors.file.config import FileConfig
from apps.collection.connectors.file.content import SAMPLE
from apps.collection.connectors.file.detection import detect
from apps.collection.connectors.file.encodings import detect_encoding
from apps.collection.connectors.file.exceptions import EmptyFile, NotACsv, TooManyColumns
from apps.collection.connectors.file.naming import RESERVED, unique_names
from apps.collection.connectors.file.values import proposed_type
from apps.collection.planning import LANDING_COLUMNS
from apps.datasets.enums import ColumnType
from tests.collection.connectors.corpus import CORPUS, FRENCH

URL = "https://example.org/table.csv"


def detect_in(content: bytes, *, is_whole: bool = True, **options):
    return detect(content, config=FileConfig(url=URL, **options), is_whole=is_whole)


@pytest.mark.parametrize("name", CORPUS)
def test_files_as_people_have_them_are_read_as_they_are_written(name):
    sample = CORPUS[name]

    found = detect_in(sample.content).layout

    assert (found.encoding, found.delimiter, found.skip_lines, found.header, len(found.columns)) == (
        sample.encoding,
        sample.delimiter,
        sample.skip_lines,
        sample.header,
        sample.columns,
    )


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
def test_a_sample_cut_anywhere_tells_the_same(encoding):
    content = FRENCH.encode(encoding)
    whole = detect_in(content)

    for cut in range(5000, 5040):
        assert detect_in(content[:cut], is_whole=False).layout == whole.layout


def test_what_is_beyond_ascii_far_in_the_file_tells_the_encoding():
    config = FileConfig(url=URL)
    sample = b"nom;ville\n" + b"Anne;Lyon\n" * 100

    assert detect(sample, config=config, is_whole=False).layout.encoding == "utf-8"
    found = detect(sample, config=config, is_whole=False, farther="Zoé;Nîmes\n".encode("cp1252"))

    assert found.layout.encoding == "windows-1252"


def test_what_people_say_is_not_detected_again():
    options = {
        "delimiter": "comma",
        "encoding": "iso-8859-15",
        "quote": "none",
        "header": False,
        "skip_lines": 2,
        "column_names": ("un", "deux"),
    }

    found = detect_in("a;b\n1;2\n3,é\n".encode("iso-8859-15"), **options).layout

    assert found.model_dump(mode="json") == {
        "delimiter": "comma",
        "encoding": "iso-8859-15",
        "quote": "none",
        "header": False,
        "skip_lines": 2,
        "columns": ["un", "deux"],
    }


def test_types_are_proposed_with_an_example_of_each_column():
    columns = detect_in(FRENCH.encode("cp1252")).columns

    assert [(column.name, column.proposed_type, column.example) for column in columns] == [
        ("numéro", "integer", "0"),
        ("prénom nom", "text", "Hélène Lefèvre 0"),
        ("date d'entrée", "date", "01/03/2024"),
        ("montant €", "float", "0,01"),
        ("ville", "text", "Saint-Étienne, Loire"),
    ]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["1", "-2", "+3", ""], "integer"),
        (["1 234", "12\u202f345", "1\u00a0234\u00a0567"], "integer"),
        (["1", "2,5", "-3.25", ",5", "1e-3", "1.5E+10"], "float"),
        (["31/12/2024", "1/2/2024", "01.02.2024"], "date"),
        (["2024-12-31"], "date"),
        (["2024-12-31T23:59:59Z", "2024-12-31 23:59", "31/12/2024 08:00"], "datetime"),
        (["oui", "Non"], "boolean"),
        (["01000", "75001"], "text"),  # postcodes
        (["0612345678"], "text"),
        (["31/02", "2024"], "text"),
        (["13/13/2024"], "text"),
        (["", " "], "text"),
        ([], "text"),
        (["1"] * 19 + ["n.c."], "integer"),
        (["1"] * 5 + ["n.c."], "text"),
    ],
)
def test_the_type_that_nearly_all_the_values_have_is_proposed(values, expected):
    assert proposed_type(values) == expected


def test_proposed_types_are_those_of_the_datasets():
    proposed = {column.proposed_type for sample in CORPUS.values() for column in detect_in(sample.content).columns}

    assert {"integer", "float", "date", "text"} <= proposed <= set(ColumnType)


def test_names_are_made_unique_and_never_blank():
    names = unique_names(["a", " ", "A", "a_2", "_row", "b\nc"], width=7)

    assert names == ("a", "column_2", "A_2", "a_2_2", "_row_2", "b c", "column_7")


def test_the_names_that_landing_needs_are_left_to_it():
    assert set(RESERVED) == set(LANDING_COLUMNS)


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf", b"  \n"])
def test_a_file_without_a_line_is_empty(content):
    with pytest.raises(EmptyFile, match=r"table\.csv"):
        detect_in(content)


def test_a_file_that_ends_before_its_table_is_empty():
    with pytest.raises(EmptyFile):
        detect_in(b"un\ndeux\n", skip_lines=2)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"PK\x03\x04 a workbook", "xlsx"),
        (b"%PDF-1.7", "PDF"),
        (b"<!DOCTYPE html><title>Sign in</title>", "HTML"),
        (b'[{"a": 1}]', "JSON"),
        (gzip.compress(b"a;b\n1;2\n", mtime=0), "gzip, twice"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "PNG"),
        (bytes(range(256)) * 8 + bytes(400), "binary"),
        (bytes(range(1, 256)) * 8, "binary"),
    ],
)
def test_what_is_no_table_in_text_is_refused_by_name(content, told):
    with pytest.raises(NotACsv, match=told):
        detect_in(content)


def test_columns_without_number_are_refused():
    with pytest.raises(TooManyColumns):
        detect_in(b";".join([b"x"] * 2000) + b"\n")


def test_encodings_that_are_not_western_are_left_to_statistics():
    text = "名前;都市\n" + "太郎;東京都\n" * 40

    assert detect_encoding(text.encode("shift_jis")) == "shift_jis"


def test_a_sample_is_enough_for_any_header():
    assert SAMPLE == 256 * 1024


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"url": URL, "upload": {"digest": "0" * 64, "name": "a"}},
        {"url": "ftp://example.org/a.csv"},
        {"url": "https://anne:secret@example.org/a.csv"},
        {"upload": {"digest": "../../etc/passwd", "name": "a"}},
        {"url": URL, "encoding": "unicode_escape"},
        {"url": URL, "skip_lines": -1},
        {"url": URL, "separator": ";"},
        {"url": URL, "column_names": []},
    ],
)
def test_settings_that_make_no_sense_are_refused(config):
    with pytest.raises(ValidationError):
        FileConfig.model_validate(config)


def test_settings_survive_json():
    config = FileConfig(
        url=URL, delimiter="tab", quote="none", encoding="cp850", header=True, skip_lines=3, column_names=("a", "b")
    )

    assert FileConfig.model_validate_json(config.model_dump_json()) == config
    assert FileConfig.model_validate(config.model_dump(mode="json", exclude_none=True)) == config


def test_the_titles_of_the_settings_are_translated_when_they_are_shown():
    titles = [field["title"] for field in FileConfig.model_json_schema()["properties"].values()]

    assert all(isinstance(title, Promise) for title in titles)


def test_apostrophes_inside_of_words_are_not_quotes():
    text = "nom;adresse\nL'école;1 rue de l'Église\nL'atelier;2 quai d'Orléans\n".encode()

    found = detect(text, config=FileConfig(url=URL), is_whole=True)

    assert found.layout.quote == "double"
