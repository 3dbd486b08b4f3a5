"""Designing: the table that is filled in, its YAML, the preview, and what is saved."""

import pytest
from django.urls import reverse

from apps.core.projects.written import Unreadable
from apps.datasets.design import design_of
from apps.datasets.forms.design import fill
from apps.datasets.forms.written import read_design, write_design
from apps.datasets.models import Dataset
from tests.datasets.factories import STEPS, TOWNS, design, source_of

SAVE = {"agir": "enregistrer"}
COLUMNS = ("Code", "Nom", "Population", "Région")


def sent(page, **changes):
    """What a browser would send back of the form of this page, with these changes."""
    editor = page.context["editor"]
    data = {"vue": "tableau", "autres": editor.other_steps_json}
    data |= {"rogner": "on"} if editor.filled and editor.filled.is_trimming else {}
    data |= {bound.html_name: bound.value() for bound in page.context["form"] if bound.value() not in (None, False)}
    for bound in editor.columns.management_form:
        data[bound.html_name] = bound.value()
    for form in editor.columns:
        for bound in form:
            value = bound.value()
            if value is not None and value is not False:
                data[bound.html_name] = "on" if value is True else getattr(value, "value", value)
    data |= changes
    return {name: value for name, value in data.items() if value is not None}


@pytest.fixture
def new_url(towns):
    return f"{reverse('datasets:dataset_new')}?source={source_of(towns).slug}"


# --- Pure -----------------------------------------------------------------------------------------
def test_the_table_shows_the_columns_of_the_source_that_are_not_taken():
    filled = fill(design(TOWNS, STEPS, "s"), COLUMNS)

    assert [(row["source"], row["is_kept"]) for row in filled.rows] == [
        ("Code", True),
        ("Nom", True),
        ("Population", True),
        ("Région", False),
    ]


def test_steps_that_the_table_does_not_know_are_kept_as_they_are():
    fill_step = {"step": "fill", "columns": {"name": "?"}}

    filled = fill(design(TOWNS, [*STEPS, {"step": "trim"}, fill_step], "s"), COLUMNS)

    assert filled.is_trimming
    assert filled.other_steps == [fill_step]


@pytest.mark.parametrize(
    "steps",
    [
        [*STEPS, {"step": "fill", "columns": {"name": "?"}}, {"step": "trim"}],
        [*STEPS, {"step": "trim", "columns": ["name"]}],
        [{"step": "trim"}, *STEPS],
        [*STEPS, {"step": "trim", "note": "Typed by hand."}],
    ],
    ids=["trim after fill", "trim of some", "trim before map", "a note"],
)
def test_a_recipe_that_the_table_cannot_say_is_shown_as_yaml(steps):
    assert fill(design(TOWNS, steps, "s"), COLUMNS) is None


def test_yaml_says_the_same_design():
    written = design(TOWNS, [*STEPS, {"step": "trim"}], "s")

    assert read_design(write_design(written)) == written


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("model: [", "2"),
        ("model:\n  entities:\n    - name: a\n      sort: text", "4"),
        ("model:\n  entities:\n    - name: a\n      attributes:\n        - name: b\n          type: colour", "6"),
    ],
    ids=["notation", "unknown field", "unknown type"],
)
def test_what_is_wrong_in_yaml_is_told_with_its_line(text, line):
    with pytest.raises(Unreadable) as refusal:
        read_design(text)

    assert f" {line}" in refusal.value.faults[0].split(":")[0]


# --- The page -------------------------------------------------------------------------------------
def made(answer):
    """The dataset that a form sent made."""
    assert answer.status_code == 302, [str(fault) for fault in answer.context["editor"].faults]
    return Dataset.objects.latest("pk")


def test_a_proposal_sent_back_as_it_is_makes_the_dataset_and_asks_for_its_build(developer, new_url):
    form = sent(developer.get(new_url), agir="enregistrer")

    answer = developer.post(new_url, form)

    dataset = made(answer)
    columns = {column.name: column.type for column in design_of(dataset).schema.main.columns}
    assert columns == {"code": "integer", "nom": "text", "population": "integer", "maire": "text"}
    assert answer.headers["Location"] == dataset.latest_build().get_absolute_url()


def test_whoever_has_more_tables_to_add_goes_on_with_the_model(developer, new_url):
    form = sent(developer.get(new_url), agir="modeler")

    answer = developer.post(new_url, form)

    dataset = made(answer)
    assert answer.headers["Location"] == reverse("datasets:model_change", args=[dataset.slug])
    assert dataset.latest_build() is None


def test_a_preview_shows_what_would_be_made_and_saves_nothing(developer, held_towns, new_url):
    form = sent(developer.get(new_url), **{"c-2-type": "integer"}, agir="apercu")

    page = developer.post(new_url, form)

    trial = page.context["trial"]
    assert next([text for text, _is_number in row][1] for row in trial.rows) == "Grenoble"
    assert len(trial.rejects) == 1
    assert Dataset.objects.count() == 1


def test_two_columns_of_the_same_name_are_refused_at_their_fields(developer, new_url):
    form = sent(developer.get(new_url), **{"c-1-name": "code"}, agir="enregistrer")

    page = developer.post(new_url, form)

    assert "name" in page.context["editor"].columns.forms[1].errors
    assert Dataset.objects.count() == 1


def test_a_form_without_any_column_marks_the_first_box(developer, new_url):
    form = sent(developer.get(new_url), **{f"c-{rank}-is_kept": None for rank in range(4)}, agir="enregistrer")

    page = developer.post(new_url, form).content.decode()

    assert 'id="c-0-is_kept_error"' in page or 'id="id_c-0-is_kept_error"' in page


def test_writing_it_as_yaml_keeps_what_was_typed(developer, new_url):
    form = sent(developer.get(new_url), **{"c-2-label": "Inhabitants"}, agir="yaml")

    page = developer.post(new_url, form).content.decode()

    assert "label: Inhabitants" in page


def as_yaml(browser, new_url):
    return browser.post(new_url, sent(browser.get(new_url), agir="yaml")).context["editor"].yaml["yaml"].value()


def test_yaml_is_saved(developer, new_url):
    text = as_yaml(developer, new_url).replace("label: Population", "label: Inhabitants")

    answer = developer.post(
        new_url,
        {"name": "Others", "max_rejected_share": 5, "visibility": "internal", "vue": "yaml", "yaml": text} | SAVE,
    )

    assert design_of(made(answer)).schema.main.column("population").label == "Inhabitants"


def test_a_step_that_does_not_exist_is_told_and_nothing_is_saved(developer, new_url):
    text = as_yaml(developer, new_url).replace("step: trim", "step: shave")

    page = developer.post(
        new_url,
        {"name": "Others", "max_rejected_share": 5, "visibility": "internal", "vue": "yaml", "yaml": text} | SAVE,
    )

    assert "shave" in page.content.decode()
    assert page.context["has_errors"]
    assert Dataset.objects.count() == 1


@pytest.mark.parametrize(("kept", "shown"), [("8.00", "8"), ("10.00", "10"), ("2.50", "2.5")])
def test_a_share_is_shown_without_the_zeros_that_the_database_keeps(developer, towns, kept, shown):
    Dataset.objects.filter(pk=towns.pk).update(max_rejected_share=kept)

    page = developer.get(reverse("datasets:settings", args=[towns.slug])).content.decode()

    assert f'name="max_rejected_share" value="{shown}"' in page


def test_settings_are_changed(developer, towns):
    answer = developer.post(
        reverse("datasets:settings", args=[towns.slug]),
        {"name": "Towns", "max_rejected_share": "12.5"},
    )

    towns.refresh_from_db()
    assert answer.status_code == 302
    assert (towns.name, towns.max_rejected_share) == ("Towns", 12.5)


def test_deleting_asks_first(developer, towns):
    address = reverse("datasets:delete", args=[towns.slug])

    developer.get(address)
    still_there = Dataset.objects.exists()
    developer.post(address)

    assert still_there
    assert not Dataset.objects.exists()


def test_a_new_dataset_begins_by_its_source(developer, towns):
    page = developer.get(reverse("datasets:dataset_new")).content.decode()

    assert "?source=source-" in page
