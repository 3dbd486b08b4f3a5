"""Projects are read strictly, and refused with every fault in its place."""

import os
from datetime import date
from hashlib import sha256
from typing import get_args

import pytest
from django.utils import translation
from django.utils.translation import gettext_lazy
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import core_schema

from apps.core.errors import RuleViolation
from apps.core.projects import wording
from apps.core.projects.notation import read_documents, write_document
from apps.core.projects.reading import read_project
from tests.core.projects.kinds import content_of, faults_of, one_fault

NOT_YAML = "This is not well-formed YAML (did not find expected node content)"

# What is read


def test_every_document_below_the_folder_is_read_in_the_order_of_its_kind(folder):
    root = folder(
        {
            "z.yml": "kind: chore\nname: dust\nbox: a\n---\nkind: box\nslug: b\n",
            "deep/er/a.yaml": "---\nkind: box\nslug: a\n...\n",
            "empty.yaml": "# nothing yet\n---\n",
        }
    )

    assert [document.key for document in read_project(root)] == ["a", "b", "dust"]


def test_hidden_files_and_what_documents_name_are_not_read_as_documents(folder):
    root = folder(
        {"a.yaml": "kind: box\nslug: a", "files/data.yaml": "not: this", ".git/b.yaml": "nor", ".c.yaml": "nor"}
    )

    assert [document.key for document in read_project(root)] == ["a"]


@pytest.mark.parametrize("written", ["2026-03-31", "no", "on", "12:30", "01234", "0o17", "1_000", "<<", "=", "1.2.3"])
def test_what_others_take_for_something_else_stays_a_text(folder, written):
    assert content_of(folder, f"title: {written}").title == written


def test_a_date_is_one_where_a_date_is_wanted(folder):
    assert content_of(folder, "made_on: 2026-03-31").made_on == date(2026, 3, 31)


def test_what_differs_from_an_instance_to_the_next_is_named(folder, monkeypatch):
    monkeypatch.setenv("TOWN_PORT", "8101")
    monkeypatch.delenv("TOWN_HOST", raising=False)

    assert (
        content_of(folder, "title: http://${TOWN_HOST:-127.0.0.1}:${TOWN_PORT:-80}/").title == "http://127.0.0.1:8101/"
    )
    assert content_of(folder, "title: '${TOWN_HOST:-}.'").title == "."
    assert content_of(folder, "title: $${TOWN_PORT} ${town} $TOWN_PORT").title == "${TOWN_PORT} ${town} $TOWN_PORT"


def test_a_variable_that_is_not_set_is_told_where_it_is_named(folder, monkeypatch):
    monkeypatch.delenv("TOWN_HOST", raising=False)

    fault = one_fault(folder("kind: box\nslug: a\ntitle: http://${TOWN_HOST}/\n"))

    assert fault.startswith("a.yaml:3:8: title: The environment variable TOWN_HOST is not set")


def test_a_key_is_a_text_whatever_it_looks_like(folder):
    assert content_of(folder, "counts: {1: 1, yes: +2, null: -3}").counts == {"1": 1, "yes": 2, "null": -3}


def test_a_folder_that_is_not_there_and_one_without_a_document_are_told_apart(folder, tmp_path):
    with pytest.raises(RuleViolation, match="There is no folder"):
        read_project(tmp_path / "gone")
    with pytest.raises(RuleViolation, match="holds no document"):
        read_project(folder({"notes.txt": "hello"}))


# What is refused


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("titel: x", "a.yaml:3:1: titel: There is no such field: remove it, or correct its name."),
        ("title: 3", "a.yaml:3:8: title: A text is expected: put it between quotes."),
        ("title:\n  - x", "a.yaml:4:3: title: A text is expected: put it between quotes."),
        ("title: true", "a.yaml:3:8: title: A text is expected: put it between quotes."),
        ("wood: ebony", "a.yaml:3:7: wood: One of these is expected: 'oak', 'pine'."),
        ("labels: x", "a.yaml:3:9: labels: A list is expected: each item on a line of its own, after “- ”."),
        ("labels:\n  - colour: red", "a.yaml:4:5: labels[0].text: This field is required: add it."),
        ("labels:\n  - text: x\n    size: 3", "a.yaml:5:5: labels[0].size: There is no such field: remove it, or c"),
        ("form: {radius: 1}", "a.yaml:3:7: form: The field 'shape' is required: it says what the others are."),
        ("form: {shape: oval}", "a.yaml:3:7: form: 'shape' must be one of these: 'round', 'square'."),
        ("form: {shape: square, side: 0}", "a.yaml:3:29: form.side: A number above 0 is expected."),
        ("form: {shape: square}", "a.yaml:3:7: form.side: This field is required: add it."),
        ("made_on: yesterday", "a.yaml:3:10: made_on: A date is expected, as 2026-03-31."),
        ("title: new", "a.yaml:1:1: Oak is never new."),
        ("title: x\ntitle: y", "a.yaml:4:1: title: This key is already there, on line 3: keep one of the two."),
        ("title: &x y", "a.yaml:3:8: title: Neither anchors nor aliases"),
        ("title: *x", "a.yaml:3:8: title: Neither anchors nor aliases"),
        ("title: !!python/object/apply:os.system [ls]", "a.yaml:3:8: title: No tag is used in project files"),
        ("title: !!str 3", "a.yaml:3:8: title: No tag is used in project files"),
        ('title: "a\\0b"', "a.yaml:3:8: title: This text holds a character that cannot be stored"),
        ("? [a, b]\n: c", "a.yaml:3:3: A key is a simple text"),
        ("title: \x07", "a.yaml:3:8: This character may not stand in a project file: remove it."),
        ("title: [x", "a.yaml:4:1: This is not well-formed YAML ("),
        ("\ttitle: x", "a.yaml:3:1: This is not well-formed YAML ("),
        ("labels: " + "[" * 40 + "]" * 40, "a.yaml:3:38: Values are nested more than 30 deep here"),
        ("password: hunter2", "a.yaml:3:11: password: A secret is not written in a project"),
        ("password: {env: SURELY_UNSET}", "a.yaml:3:11: password: The environment variable SURELY_UNSET is not set"),
    ],
)
def test_each_fault_is_told_with_its_place_its_path_and_what_to_do(folder, text, fault):
    told = one_fault(folder(f"kind: box\nslug: a\n{text}\n"))

    assert told.startswith(fault)
    assert "hunter2" not in told


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("slug: a", "a.yaml:1:1: kind: A document says its kind, one of: box, chore."),
        ("slug: a\nkind: bax", "a.yaml:2:7: kind: A document says its kind, one of: box, chore."),
        ("kind: [box]", "a.yaml:1:7: kind: A document says its kind"),
        ("- kind: box", "a.yaml:1:1: A document is made of fields"),
        ("kind: box", "a.yaml:1:1: slug: This field is required: add it."),
        (b"kind: box\nslug: \xe9", "a.yaml:1:1: This file is not in UTF-8 (line 2): save it so."),
        ("#" * 1_000_001, "a.yaml:1:1: This file is above 1 MB"),
    ],
)
def test_a_file_that_holds_no_document_of_ours_is_told(folder, text, fault):
    assert one_fault(folder(text)).startswith(fault)


def test_all_faults_of_all_files_are_told_at_once_in_their_order(folder):
    root = folder(
        {
            "b.yaml": "kind: box\nslug: b\ntitle: 1\nwood: ebony\n---\nkind: box\nslug: [\n",
            "a.yaml": "kind: box\nslug: a\nlabels: [{}, {text: 2}]\n---\nkind: bax\n",
        }
    )

    assert [fault.split(": ")[:2] for fault in faults_of(root)] == [
        ["a.yaml:3:10", "labels[0].text"],
        ["a.yaml:3:21", "labels[1].text"],
        ["a.yaml:5:7", "kind"],
        ["b.yaml:3:8", "title"],
        ["b.yaml:4:7", "wood"],
        ["b.yaml:8:1", NOT_YAML],
    ]


def test_two_documents_of_one_object_are_an_error_even_when_one_is_at_fault(folder):
    root = folder({"a.yaml": "kind: box\nslug: a\n", "b.yaml": "kind: box\nslug: a\ntitle: 1\n"})

    assert faults_of(root) == [
        "b.yaml:2:7: slug: This object is described already in a.yaml:2:7: keep one of the two.",
        "b.yaml:3:8: title: A text is expected: put it between quotes.",
    ]


def test_two_kinds_may_have_the_same_key(folder):
    root = folder("kind: box\nslug: a\n---\nkind: chore\nname: a\nbox: a\n")

    assert len(read_project(root)) == 2


def test_faults_are_told_in_the_language_of_the_moment(folder, monkeypatch):
    monkeypatch.setitem(wording.WORDS, "string_type", gettext_lazy("Enter a whole number."))  # of Django

    with translation.override("fr"):
        assert one_fault(folder("kind: box\nslug: a\ntitle: 1")).endswith("title: Donnez un nombre entier.")


def test_every_wording_is_of_an_error_that_pydantic_has():
    assert set(wording.WORDS) <= set(get_args(core_schema.ErrorType))


# Files and secrets


def test_a_file_is_named_from_the_folder_of_the_project_wherever_the_document_is(folder):
    root = folder({"boxes/oak/a.yaml": "kind: box\nslug: a\nfile: files/towns.csv", "files/towns.csv": "a,b\r\n"})

    file = read_project(root)[0].content.file

    assert file.name == "towns.csv"
    assert file.path == root / "files" / "towns.csv"
    assert file.sha256 == sha256(b"a,b\r\n").hexdigest()
    with file.open() as content:
        assert content.read() == b"a,b\r\n"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("../outside.txt", "never outside of it"),
        ("files/../../outside.txt", "never outside of it"),
        ("/etc/hostname", "never outside of it"),
        ("..\\outside.txt", "never outside of it"),
        ("link.txt", "a link that leaves the project"),
        ("links/outside.txt", "a link that leaves the project"),
        ("gone.txt", "There is no such file"),
        ("files", "There is no such file"),
        ("''", "There is no such file"),
        ("3", "The name of a file of the project is expected"),
    ],
)
def test_nothing_outside_of_the_folder_can_be_named(folder, tmp_path, name, reason):
    (tmp_path / "outside.txt").write_text("private")
    root = folder({"a.yaml": f"kind: box\nslug: a\nfile: {name}\n", "files/x": "x"})
    (root / "link.txt").symlink_to(tmp_path / "outside.txt")
    (root / "links").symlink_to(tmp_path)

    told = one_fault(root)

    assert told.startswith("a.yaml:3:7: file: ")
    assert reason in told


def test_a_document_that_is_a_link_out_of_the_folder_is_refused(folder, tmp_path):
    (tmp_path / "private.yaml").write_text("kind: box\nslug: b\n")
    root = folder("kind: box\nslug: a\n")
    (root / "b.yaml").symlink_to(tmp_path / "private.yaml")

    assert "b.yaml:1:1: This file is a link that leaves" in one_fault(root)


def test_what_is_no_file_is_not_waited_for(folder):
    root = folder("kind: box\nslug: a\n")
    os.mkfifo(root / "b.yaml")

    assert "b.yaml:1:1: This is not a file that can be read" in one_fault(root)


def test_a_secret_is_read_from_the_environment_and_shown_nowhere(folder, monkeypatch):
    monkeypatch.setenv("BOX_PASSWORD", "hunter2")

    content = content_of(folder, "password: {env: BOX_PASSWORD}")

    assert content.password.reveal() == "hunter2"
    assert "hunter2" not in repr(content) + content.model_dump_json()


# What is written is read


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")) | st.text("$${A:-}", max_size=8)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.floats(allow_nan=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


@given(values)
def test_what_is_written_is_read_as_it_was(value):
    [document], faults = read_documents(write_document({"it": value}), file="a.yaml")

    assert faults == []
    assert document.value == {"it": value}
