"""XML: its records, and what is refused in it."""

import pytest

from apps.collection.connectors.file.exceptions import (
    DamagedFile,
    EntitiesRefused,
    RecordTooLong,
)
from apps.collection.connectors.file.formats import xml
from tests.collection.connectors.formats import as_xml, read

__all__ = ["read"]


def test_attributes_repeated_elements_and_nil_have_their_columns(read):
    content = """<r xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:x="urn:x">
    <!-- a comment --><x:p id="1"><x:n>A &amp; B</x:n><t>1</t><t>2</t><o a="b"><q/></o><z xsi:nil="true"/></x:p>
    <x:p id="2"><x:n><![CDATA[<c>]]></x:n>tail</x:p></r>"""

    stream, rows, _rejected = read(content.encode())

    assert stream.details["path"] == ["r", "p"]
    assert rows == [
        {"@id": "1", "n": "A & B", "t": '["1","2"]', "o": '{"@a":"b","q":""}', "z": None, "#text": None, "_row": 1},
        {"@id": "2", "n": "<c>", "t": None, "o": None, "z": None, "#text": "tail", "_row": 2},
    ]


def test_the_path_of_the_elements_may_be_told(read):
    _stream, rows, _rejected = read(b"<r><a><b>1</b></a><c>2</c><c>3</c></r>", records_path="r/a")

    assert rows == [{"b": "1", "_row": 1}]


LAUGHS = "".join(f'<!ENTITY {to} "{f"&{of};" * 10}">' for of, to in zip("abcdefgh", "bcdefghi", strict=True))
LAUGHS = f'<!DOCTYPE l [<!ENTITY a "ha">{LAUGHS}]>'


@pytest.mark.parametrize(
    "content",
    [
        f"{LAUGHS}<l><p><n>&i;</n></p><p/></l>",
        '<!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/passwd">]><l><p><n>&x;</n></p><p/></l>',
        "<l><p><n>&unknown;</n></p><p/></l>",
    ],
)
def test_entities_are_refused(read, content):
    with pytest.raises(EntitiesRefused):
        read(content.encode())


def test_a_document_type_without_entities_is_read(read):
    _stream, rows, _rejected = read(as_xml(head="<!DOCTYPE catalog>"))

    assert len(rows) == 40


def test_a_damage_in_an_xml_is_told_by_its_place(read):
    with pytest.raises(DamagedFile, match=r"at: 2:\d+"):
        read(b"<r><p><a>1</a></p>\n<p><a>1</b></p></r>")


def test_a_record_of_xml_that_never_ends_does_not_fill_the_memory(read, monkeypatch):
    monkeypatch.setattr(xml, "MAX_RECORD", 1_000_000)

    with pytest.raises(RecordTooLong):
        read(b"<r><p><a>1</a></p><p>" + b"<a>1</a>" * 400_000 + b"</p></r>")
