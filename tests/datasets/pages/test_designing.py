"""Designing: the table that is filled in, its YAML, the preview, and what is saved."""

import pytest
from django.urls import reverse

from apps.datasets.designing import design_of
from apps.datasets.enums import ColumnType
from apps.datasets.forms.design import fill
from apps.datasets.forms.written import UnreadableDesign, read_design, write_design
from apps.datasets.models import Dataset
from apps.datasets.recipes.document import Recipe
from tests.datasets.factories import STEPS, TOWNS

COLUMNS = ("Code", "Nom", "Population", "Région")


def sent(page, **changes):
    """What a browser would send back of the form of this page, with these changes."""
    editor = page.context["editor"]
    data = {"vue": "tableau", "autres": editor.other_steps_json}
    data |= {"rogner": "on"} if editor.filled and editor.filled.is_trimming else {}
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
def design_url(towns):
    return reverse("datasets:design", args=[towns.slug])


# --- Pure -----------------------------------------------------------------------------------------
def test_the_table_shows_the_columns_of_the_source_that_are_not_taken():
    recipe = Recipe.from_document({"source": "s", "steps": STEPS})

    filled = fill(TOWNS, recipe, COLUMNS)

    assert [(row["source"], row["is_kept"]) for row in filled.rows] == [
        ("Code", True),
        ("Nom", True),
        ("Population", True),
        ("Région", False),
    ]


def test_steps_that_the_table_does_not_know_are_kept_as_they_are():
    fill_step = {"step": "fill", "columns": {"name": "?"}}
    recipe = Recipe.from_document({"source": "s", "steps": [*STEPS, {"step": "trim"}, fill_step]})

    filled = fill(TOWNS, recipe, COLUMNS)

    assert filled.is_trimming
    assert filled.other_steps == [fill_step]


@pytest.mark.parametrize(
    "steps",
    [
        [*STEPS, {"step": "fill", "columns": {"name": "?"}}, {"step": "trim"}],
        [*STEPS, {"step": "trim", "columns": ["name"]}],
        [{"step": "trim"}, *STEPS],
    ],
    ids=["trim after fill", "trim of some", "trim before map"],
)
def test_a_recipe_that_the_table_cannot_say_is_shown_as_yaml(steps):
    assert fill(TOWNS, Recipe.from_document({"source": "s", "steps": steps}), COLUMNS) is None


def test_yaml_says_the_same_design():
    recipe = Recipe.from_document({"source": "s", "steps": [*STEPS, {"step": "trim"}]})

    read = read_design(write_design(TOWNS, recipe), entity=TOWNS.name, label=TOWNS.label, source="s")

    assert read == (TOWNS, recipe)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("columns: [", "2"),
        ("columns:\n  - name: a\n    sort: text\nsteps: [{step: trim}]", "3"),
        ("columns:\n  - name: a\n    type: colour\nsteps: [{step: trim}]", "3"),
    ],
    ids=["notation", "unknown field", "unknown type"],
)
def test_what_is_wrong_in_yaml_is_told_with_its_line(text, line):
    with pytest.raises(UnreadableDesign) as refusal:
        read_design(text, entity="e", label="", source="s")

    assert f" {line}" in refusal.value.faults[0].split(":")[0]


# --- The page -------------------------------------------------------------------------------------
def test_a_form_sent_back_as_it_is_changes_nothing(developer, towns, design_url):
    before = design_of(towns)
    form = sent(developer.get(design_url), agir="enregistrer")

    answer = developer.post(design_url, form)

    towns.refresh_from_db()
    assert answer.status_code == 302
    assert design_of(towns) == before
    assert towns.schema_version == 1


def test_a_preview_shows_what_would_be_made_and_saves_nothing(developer, held_towns, design_url):
    form = sent(developer.get(design_url), **{"c-2-type": "text"}, agir="apercu")

    page = developer.post(design_url, form)

    trial = page.context["trial"]
    assert next([text for text, _is_number in row][:2] for row in trial.rows) == ["38185", "Grenoble"]
    assert len(trial.rejects) == 1  # « many » is a text like any other; the nameless one is still set aside
    assert "population" in page.content.decode()
    assert design_of(held_towns)[0].column("population").type == ColumnType.INTEGER


def test_what_changes_for_readers_is_told_before_it_is_saved(developer, towns, design_url):
    form = sent(developer.get(design_url), **{"c-2-type": "text", "c-3-is_kept": None}, agir="apercu")

    changes = developer.post(design_url, form).context["changes"]

    assert len(changes) == 2
    assert "mayor" in changes[0]
    assert "population" in changes[1]


def test_saving_raises_the_structure_and_asks_for_a_build(developer, towns, design_url):
    form = sent(developer.get(design_url), **{"c-2-label": "Inhabitants"}, agir="enregistrer")

    answer = developer.post(design_url, form)

    towns.refresh_from_db()
    assert towns.schema_version == 2
    assert answer.headers["Location"] == towns.latest_build().get_absolute_url()


def test_two_columns_of_the_same_name_are_refused_at_their_fields(developer, towns, design_url):
    form = sent(developer.get(design_url), **{"c-1-name": "code"}, agir="enregistrer")

    page = developer.post(design_url, form)

    assert "name" in page.context["editor"].columns.forms[1].errors
    assert towns.builds.count() == 1


def test_a_form_without_any_column_marks_the_first_box(developer, towns, design_url):
    form = sent(developer.get(design_url), **{f"c-{rank}-is_kept": None for rank in range(4)}, agir="enregistrer")

    page = developer.post(design_url, form).content.decode()

    assert 'id="c-0-is_kept_error"' in page or 'id="id_c-0-is_kept_error"' in page


def test_writing_it_as_yaml_keeps_what_was_typed(developer, towns, design_url):
    form = sent(developer.get(design_url), **{"c-2-label": "Inhabitants"}, agir="yaml")

    page = developer.post(design_url, form).content.decode()

    assert "label: Inhabitants" in page


def test_yaml_is_saved(developer, towns, design_url):
    schema, recipe = design_of(towns)
    text = write_design(schema, recipe).replace("label: Habitants", "label: Inhabitants")

    developer.post(design_url, {"vue": "yaml", "yaml": text, "agir": "enregistrer"})

    assert design_of(towns)[0].column("population").label == "Inhabitants"


def test_a_step_that_does_not_exist_is_told_and_nothing_is_saved(developer, towns, design_url):
    text = write_design(*design_of(towns)).replace("step: trim", "step: shave")

    page = developer.post(design_url, {"vue": "yaml", "yaml": text, "agir": "enregistrer"})

    assert "shave" in page.content.decode()
    assert page.context["has_errors"]


def test_settings_are_changed(developer, towns):
    answer = developer.post(
        reverse("datasets:settings", args=[towns.slug]),
        {"name": "Towns", "is_public": "on", "max_rejected_share": "12.5"},
    )

    towns.refresh_from_db()
    assert answer.status_code == 302
    assert (towns.name, towns.is_public, towns.max_rejected_share) == ("Towns", True, 12.5)


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
