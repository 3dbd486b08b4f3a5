"""The recipe of a table changed by forms: lines that are opened, added, moved, taken away; tried, then saved."""

import json

import pytest
from django.urls import reverse

from apps.accounts.roles import Role
from apps.datasets.design import Design, design_of
from apps.datasets.designing import change_design
from apps.datasets.merise.document import Attribute, Entity
from apps.datasets.models import Dataset
from apps.datasets.recipes.document import Recipe
from tests.collection.factories import SourceFactory
from tests.datasets.factories import collect_rows

ENGLISH = {"accept-language": "en"}
SERVICE = Entity(
    name="service",
    label="Services",
    attributes=(Attribute(name="code", is_identifier=True), Attribute(name="nom")),
)


def url_of(dataset, entity="town"):
    return reverse("datasets:recipe_change", args=[dataset.slug, entity])


def recipes(dataset):
    return design_of(Dataset.objects.get(pk=dataset.pk)).documents


class Editing:
    """A person at the page: what it shows is sent back with each button."""

    def __init__(self, browser, url):
        self.browser, self.url = browser, url
        self.page = browser.get(url, headers=ENGLISH)

    def press(self, act, **typed):
        self.page = self.browser.post(self.url, {**self.held, "agir": act, **typed}, headers=ENGLISH)
        return self.page

    @property
    def held(self):
        """What a browser would send back of the form."""
        editor = self.page.context["editor"]
        data = {"brouillon": editor.draft, "base": editor.base, "vue": editor.way}
        if editor.text:
            data["yaml"] = editor.text["yaml"].value()
        if editor.form:
            data["ouvert"] = editor.opened
            for bound in editor.form:
                value = editor.form[bound.name].value()
                if value not in (None, False):
                    data[bound.html_name] = bound.field.prepare_value(value) if not isinstance(value, bool) else "on"
        return data

    @property
    def document(self):
        return json.loads(self.page.context["editor"].draft)

    @property
    def text(self):
        return self.page.content.decode()


@pytest.fixture
def editing(developer, towns):
    return Editing(developer, url_of(towns))


@pytest.fixture
def with_services(towns) -> Dataset:
    """Towns, then services, which have no recipe yet."""
    design = design_of(towns)
    model = design.model.model_copy(update={"entities": (*design.model.entities, SERVICE)})
    return change_design(dataset=towns, design=Design(model=model, recipes=design.recipes), by=None)


def test_each_line_is_listed_in_words(editing):
    inputs, common, rules = editing.page.context["editor"].sections

    assert [line.place for line in inputs.lines] == ["inputs.0.steps.0", "inputs.0.steps.1"]
    assert inputs.lines[1].sentence == "Take away the spaces around each value."
    assert (common.lines, rules.lines) == ([], [])


def test_a_line_that_is_opened_and_sent_back_is_as_it_was(editing):
    before = editing.document

    editing.press("ouvrir:inputs.0.steps.0")
    editing.press("ouvrir:inputs.0.steps.1")
    editing.press("fermer")

    assert editing.document == before


def test_a_step_is_added_filled_in_and_saved_with_its_note(editing, towns):
    editing.press("ajouter:steps", **{"nouveau-steps": "case"})
    editing.press("apercu", **{"l-columns": ["name"], "l-to": "upper", "l-note": "As on the signs."})
    shown = editing.page.context["editor"].trial.rows[0][1][0]
    answer = editing.press("enregistrer")

    assert shown == "GRENOBLE"
    assert answer.status_code == 302
    assert recipes(towns)["town"]["steps"] == [
        {"step": "case", "note": "As on the signs.", "columns": ["name"], "to": "upper"}
    ]


def test_a_line_that_is_not_filled_in_says_what_it_lacks_and_nothing_is_saved(editing, towns):
    editing.press("ajouter:steps", **{"nouveau-steps": "parse_date"})
    editing.press("enregistrer")

    form = editing.page.context["editor"].form
    assert {"columns", "formats"} <= form.errors.keys()
    assert "steps" not in recipes(towns)["town"]


def test_a_rule_is_added_and_counts_in_the_recipe(editing, towns):
    editing.press("ajouter:rules", **{"nouveau-rules": "range"})
    editing.press("enregistrer", **{"l-columns": ["population"], "l-min": "1", "l-severity": "quarantine"})

    assert recipes(towns)["town"]["rules"] == [
        {"rule": "range", "columns": ["population"], "min": "1", "severity": "quarantine"}
    ]


def test_lines_are_moved_and_taken_away(editing):
    map_, trim = editing.document["inputs"][0]["steps"]

    editing.press("descendre:inputs.0.steps.0")
    moved = editing.document["inputs"][0]["steps"]
    editing.press("retirer:inputs.0.steps.0")

    assert moved == [trim, map_]
    assert editing.document["inputs"][0]["steps"] == [map_]


def test_a_fault_of_the_recipe_leads_to_its_line(editing):
    editing.press("ajouter:steps", **{"nouveau-steps": "parse_number"})
    editing.press("apercu", **{"l-columns": ["name"], "l-locale": "fr"})

    assert 'href="#line-steps.0"' in editing.text
    assert editing.page.context["editor"].trial is None


def test_columns_are_chosen_among_those_of_the_source(editing):
    editing.press("ouvrir:inputs.0.steps.0")

    field = editing.page.context["editor"].form.fields["take-population"]
    assert [value for value, _label in field.choices] == ["", "Code", "Nom", "Population", "Maire"]


def test_the_rows_after_a_step_are_shown_while_it_is_changed(editing):
    editing.press("etape:1-2")

    chosen = [each.key for each in editing.page.context["editor"].trial.stages if each.is_chosen]
    assert chosen == ["1-2"]


def test_whoever_prefers_it_writes_yaml(editing, towns):
    editing.press("yaml")
    text = editing.page.context["editor"].text["yaml"].value()
    editing.press("enregistrer", yaml=text.replace("step: trim", "step: trim\n        columns: [name]"))

    assert recipes(towns)["town"]["inputs"][0]["steps"][1] == {"step": "trim", "columns": ["name"]}


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [("step: trim", "step: shave", "shave"), ("step: trim", "step: [", "Line ")],
)
def test_faults_of_the_text_are_told_and_what_was_typed_is_kept(editing, before, after, told):
    editing.press("yaml")
    text = editing.page.context["editor"].text["yaml"].value()
    editing.press("apercu", yaml=text.replace(before, after))

    assert any(told in str(fault) for fault in editing.page.context["editor"].faults)
    assert after in editing.text


def test_two_people_do_not_write_over_each_other(editing, towns):
    editing.press("ajouter:steps", **{"nouveau-steps": "trim"})
    design = design_of(towns)
    document = design.documents["town"] | {"steps": [{"step": "repair_text"}]}
    other = Design(model=design.model, recipes={"town": Recipe.from_document(document)})
    change_design(dataset=towns, design=other, by=None)

    editing.press("enregistrer")

    assert "meanwhile" in editing.text
    assert recipes(towns)["town"]["steps"] == [{"step": "repair_text"}]


def test_saving_may_ask_for_the_build_at_once(editing, towns):
    editing.press("ajouter:steps", **{"nouveau-steps": "trim"})
    answer = editing.press("construire")

    assert answer.headers["Location"] == towns.latest_build().get_absolute_url()


# --- Tables without a recipe ----------------------------------------------------------------------
def test_a_table_without_recipe_is_proposed_one_from_the_only_source(developer, with_services):
    editing = Editing(developer, url_of(with_services, "service"))

    (read,) = editing.document["inputs"]
    assert read["steps"][0] == {"step": "map", "columns": {"code": "Code", "nom": "Nom"}}


def test_another_source_is_read_too_by_steps_proposed_from_its_values(developer, towns):
    source = SourceFactory(name="Others")
    collect_rows(source, [{"Code": "1", "Habitants": "1 234", "Nom": "A"}])
    editing = Editing(developer, url_of(towns))

    editing.press("lire:inputs", **{"nouvelle-entree": f"source:{source.slug}"})

    read = editing.document["inputs"][1]
    assert read["source"] == source.slug
    assert read["steps"][0]["columns"] == {"code": "Code", "name": "Nom", "population": "Habitants"}
    assert {"step": "parse_number", "columns": ["population"], "locale": "fr"} in [
        {"locale": "fr"} | step for step in read["steps"]
    ]


def test_a_table_that_is_not_there_has_no_page(developer, towns):
    assert developer.get(url_of(towns, "nothing")).status_code == 404


@pytest.mark.parametrize("sent", ["", "[]", '{"inputs": 3}', '{"inputs": [{"steps": ["x"]}]}', '{"inputs": [3]}'])
def test_a_draft_that_cannot_be_read_changes_nothing(developer, towns, sent):
    answer = developer.post(url_of(towns), {"brouillon": sent, "vue": "formulaire", "agir": "enregistrer"})

    assert answer.status_code == 200
    assert answer.context["editor"].faults


@pytest.mark.parametrize("act", ["ouvrir:steps.9", "retirer:rules.x", "monter:nothing", "ajouter:steps", "ouvrir:"])
def test_an_act_on_what_is_not_there_breaks_nothing(editing, act):
    before = editing.document

    answer = editing.press(act)

    assert answer.status_code in (200, 404)
    if answer.status_code == 200:
        assert editing.document == before


@pytest.mark.parametrize("role", list(Role))
def test_only_developers_change_a_recipe(as_role, towns, role):
    assert as_role(role).get(url_of(towns)).status_code == (200 if role == Role.AI_DEVELOPER else 403)


# --- What was set aside ---------------------------------------------------------------------------
def test_a_correction_says_how_many_of_the_rows_set_aside_would_be_kept(developer, held_towns):
    editing = Editing(developer, url_of(held_towns))
    editing.press("ajouter:steps", **{"nouveau-steps": "map_values"})
    editing.press("apercu", **{"l-columns": ["population"], "l-values": "0: many", "l-others": "keep"})

    replay = editing.page.context["editor"].replay
    assert "Of the 2 rows" in replay.sentence
    assert "1 would be kept" in replay.sentence
    assert {(each.column, each.before, each.after) for each in replay.reasons} == {("Nom", 1, 1), ("Habitants", 1, 0)}


def test_a_reason_leads_to_the_step_to_correct(developer, held_towns):
    build = held_towns.latest_build()
    page = developer.get(reverse("datasets:rejects", args=[held_towns.slug, build.pk]), headers=ENGLISH)

    lines = {line.names: line.place for line in page.context["reasons"]["lines"]}
    opened = developer.get(f"{url_of(held_towns)}?ligne={lines['population']}")

    assert lines == {"name": "inputs.0.steps.0", "population": "inputs.0.steps.0"}
    assert opened.context["editor"].form.kind == "map"


def test_whoever_may_not_correct_it_is_led_nowhere(as_role, held_towns):
    build = held_towns.latest_build()
    page = as_role(Role.DATA_PROTECTION_OFFICER).get(reverse("datasets:rejects", args=[held_towns.slug, build.pk]))

    assert not any(line.is_correctable for line in page.context["reasons"]["lines"])
    assert url_of(held_towns) not in page.content.decode()
