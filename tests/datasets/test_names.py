import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from apps.datasets.names import to_name, to_names, validate_column_name, validate_name, why_not_a_column


@pytest.mark.parametrize("name", ["a", "age", "code_2", "class", "user", "a" * 50])
def test_a_name_that_everything_takes_is_accepted(name):
    validate_name(name)
    validate_column_name(name)


@pytest.mark.parametrize("name", ["", "Age", "âge", "2a", "_a", "a-b", "a b", "a__b", "a_", "a" * 51, "a\n", 'a"; --'])
def test_a_name_that_something_would_not_take_is_refused(name):
    with pytest.raises(ValidationError):
        validate_name(name)
    with pytest.raises(ValidationError):
        validate_column_name(name)


@pytest.mark.parametrize("name", ["id", "pk", "limit", "cursor", "order", "columns", "format", "count", "page"])
@pytest.mark.parametrize("more", [""])
def test_what_the_api_means_by_a_name_is_no_column(name, more):
    validate_name(name + more)
    assert why_not_a_column(name)


@pytest.mark.parametrize("name", ["save", "delete", "objects", "full_clean", "check", "xmin", "ctid", "tableoid"])
def test_what_a_model_or_a_table_already_has_is_no_column(name):
    assert why_not_a_column(name)


def test_a_column_does_not_look_like_the_key_of_another():
    assert why_not_a_column("patient_id", ["patient_id", "patient"])
    assert not why_not_a_column("patient_id", ["patient_id", "age"])


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("Numéro de dossier", "numero_de_dossier"),
        ("  Œuvre (n° 2) ", "oeuvre_n_2"),
        ("Taux %", "taux_percent"),
        ("2024", "column_2024"),
        ("_row", "row"),
        ("id", "id_value"),
        ("limit", "limit_value"),
        ('"; DROP TABLE x', "drop_table_x"),
        ("血圧", "column"),
        ("", "column"),
    ],
)
def test_a_label_becomes_the_nearest_name(label, name):
    assert to_name(label) == name


def test_no_two_labels_share_a_name():
    assert to_names(["âge", "Age", "AGE", "patient_id", "patient", "id"]) == [
        "age",
        "age_2",
        "age_3",
        "patient_id",
        "patient_2",
        "id_value",
    ]


@given(st.lists(st.text(max_size=80), max_size=12))
def test_whatever_the_labels_the_names_are_valid_and_differ(labels):
    names = to_names(labels)

    assert len(set(names)) == len(labels)
    assert [why_not_a_column(name, names) for name in names] == [None] * len(names)
