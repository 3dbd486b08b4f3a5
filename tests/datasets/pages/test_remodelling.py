"""Changing a model by forms: what was typed is kept, nothing is saved on the way, what is lost is asked for."""

import pytest
from django.urls import reverse

from apps.datasets.design import design_of
from apps.datasets.forms.written import write_design
from apps.datasets.models import Dataset
from tests.datasets.factories import source_of


@pytest.fixture
def url(towns):
    return reverse("datasets:model_change", args=[towns.slug])


def sent(page, agir, **changes):
    """What a browser would send back of the form of this page by this button, with these changes."""
    editor = page.context["editor"]
    data = {"brouillon": editor.draft.as_text(), "vue": editor.way, "nouveau": editor.wanted_name, "agir": agir}
    forms = []
    if editor.box:
        data["ouvert"] = str(editor.opened)
        forms += [editor.box.form]
        for formset in filter(None, (editor.box.attributes, editor.box.legs)):
            forms += [formset.management_form, *formset]
    forms += [editor.text] if editor.text else []
    for form in forms:
        for bound in form:
            if (value := bound.value()) is not None and value is not False and value != "":
                data[bound.html_name] = "on" if value is True else getattr(value, "value", value)
    data |= changes
    return {name: value for name, value in data.items() if value is not None}


@pytest.fixture
def press(developer, url):
    """Press a button of the page that was shown last: `press("ouvrir:0", **{"b-label": "Towns"})`."""
    shown = [developer.get(url)]

    def post(agir, **changes):
        answer = developer.post(url, sent(shown[-1], agir, **changes))
        if answer.status_code == 200:
            shown.append(answer)
        return answer

    return post


def saved(towns):
    return design_of(Dataset.objects.get(pk=towns.pk))


def names(page):
    return [box.name for box in page.context["editor"].draft.boxes]


def test_a_service_that_answers_for_towns_is_designed_previewed_and_saved(press, towns):
    press("ajouter:entite", nouveau="Service voirie")
    press("ajouter:association", nouveau="dépendre")
    page = press("apercu", **{"p-0-cardinality": "0,1", "b-label": "Dépend de"})

    told = [sentence for sentence, _cost in page.context["editor"].plan.told]
    assert "Table “service_voirie” is added." in told
    assert 'id="mcd-svg"' in page.content.decode()
    assert saved(towns).model.associations == ()

    answer = press("enregistrer", **{"p-0-cardinality": "0,1"})

    towns.refresh_from_db()
    assert answer.status_code == 302
    assert saved(towns).schema.names == ("town", "service_voirie")


def test_a_model_is_saved_while_a_recipe_lacks_a_value_and_nothing_is_built_before_it_has_it(press, developer, towns):
    source = source_of(towns).slug
    press("ajouter:source", nouveau="service", **{"nouvelle-source": source})
    press("ajouter:association", nouveau="dépendre", **{"t-0-is_identifier": "on"})
    page = press("apercu", **{"p-0-cardinality": "0,1"})
    press("enregistrer", **{"p-0-cardinality": "0,1"})

    before = towns.builds.count()
    refused = developer.post(reverse("datasets:build_new", args=[towns.slug]), follow=True)
    chapters = developer.get(reverse("datasets:recipe", args=[towns.slug])).context["chapters"]

    assert any("service_code" in fault for fault in page.context["editor"].plan.to_complete)
    assert [(each.entity.name, each.is_complete) for each in chapters] == [("town", False), ("service", True)]
    assert "service_code" in refused.content.decode()
    assert towns.builds.count() == before


def test_an_entity_is_taken_from_a_source_with_the_recipe_that_fills_it(press, towns):
    source = source_of(towns).slug
    press("ajouter:source", nouveau="Villes", **{"nouvelle-source": source})
    press("enregistrer")

    design = saved(towns)
    assert design.schema.entity("villes").names == ("code", "nom", "population", "maire")
    assert design.recipes["villes"].inputs[0].source == source


@pytest.mark.parametrize("source", ["", "nothing"])
def test_a_source_that_is_not_there_is_asked_for_again(press, source):
    page = press("ajouter:source", **{"nouvelle-source": source})

    assert page.context["editor"].faults
    assert names(page) == ["town"]


def test_an_attribute_of_another_name_is_renamed_in_its_recipe_too(press, towns):
    press("ouvrir:0")
    page = press("apercu", **{"t-2-name": "inhabitants"})

    told = [sentence for sentence, _cost in page.context["editor"].plan.told]
    assert told == ["Column “population” of “town” is called “inhabitants”."]
    answer = press("enregistrer")

    assert answer.status_code == 302
    design = saved(towns)
    assert design.schema.main.names == ("code", "name", "inhabitants", "mayor")
    assert design.recipes["town"].as_document()["inputs"][0]["steps"][0]["columns"]["inhabitants"] == "Population"


def test_an_attribute_that_is_taken_away_leaves_the_recipe(press, towns):
    press("ouvrir:0")
    press("ligne-retirer:t-2")
    answer = press("enregistrer")

    assert answer.status_code == 302
    assert "population" not in write_design(saved(towns))


def test_what_was_typed_wrong_is_kept_and_told_at_its_field(press):
    press("ouvrir:0")
    page = press("ouvrir:0", **{"t-1-name": "Nom de la commune", "t-2-max_length": "many"})

    text = page.content.decode()
    assert 'value="Nom de la commune"' in text
    assert 'value="many"' in text
    assert '<a href="#id_t-1-name">' in text


def test_lines_move_with_what_was_typed_in_them_right_or_wrong(press):
    press("ouvrir:0")
    page = press("ligne-monter:t-1", **{"t-1-name": "Nom faux", "t-1-label": "Dénomination"})

    first = page.context["editor"].box.attributes.forms[0]
    assert (first["name"].value(), first["label"].value(), first["was"].value()) == (
        "Nom faux",
        "Dénomination",
        "name",
    )
    assert not page.context["editor"].has_errors


def test_an_entity_goes_with_its_recipe_only_once_that_is_agreed(press, towns):
    press("ajouter:entite", nouveau="service")
    page = press("retirer:0")
    assert names(page) == ["service"]

    refused = press("enregistrer")
    assert refused.context["editor"].plan.lost_recipes == ["town"]
    assert 'name="accord"' in refused.content.decode()
    assert saved(towns).recipes

    answer = press("enregistrer", accord="on")
    assert answer.status_code == 302
    assert saved(towns).schema.names == ("service",)


def test_the_last_entity_stays(press):
    page = press("retirer:0")

    assert names(page) == ["town"]
    assert page.context["editor"].faults


def test_a_model_pasted_in_mocodo_s_notation_keeps_what_that_does_not_say(press):
    press("mocodo")
    towns = "TOWN: code [VARCHAR(5)], name [TEXT NOT NULL], population [INTEGER], mayor"
    text = f"{towns}\nPAYS: sigle\nETRE, 1N PAYS, 0N TOWN"
    page = press("apercu", text=text)

    assert names(page) == ["town", "pays", "etre"]
    mayor = page.context["editor"].draft.model.entities[0].attributes[3]
    assert mayor.personal_data == "direct"


@pytest.mark.parametrize(
    ("way", "field", "text"),
    [("mocodo", "text", "TOWN: code\nBAD, 11 TOWN, 0N NOWHERE"), ("yaml", "yaml", "model:\n  entities: [{nom: x}]\n")],
)
def test_faults_of_a_text_are_told_with_their_lines_and_the_text_is_kept(press, way, field, text):
    press(way)
    page = press("enregistrer", **{field: text})

    assert "ine 2" in page.context["editor"].faults[0]
    assert text.splitlines()[-1] in page.content.decode().replace("&#x27;", "'")


def test_yaml_corrects_the_model_and_its_recipe_together(press, towns):
    page = press("yaml")
    text = page.context["editor"].text["yaml"].value()
    answer = press("enregistrer", yaml=text.replace("population", "inhabitants"), accord="on")

    assert answer.status_code == 302
    assert "inhabitants" in saved(towns).schema.main.names


def test_a_model_that_somebody_else_changed_meanwhile_is_not_written_over(press, developer, url, towns):
    press("ouvrir:0")
    elsewhere = developer.post(url, sent(developer.get(url), "ouvrir:0"))
    developer.post(url, sent(elsewhere, "enregistrer", **{"t-2-label": "Inhabitants"}))

    page = press("enregistrer", **{"t-2-label": "Population"})

    assert page.status_code == 200
    assert saved(towns).schema.main.column("population").label == "Inhabitants"


def test_a_draft_that_cannot_be_read_begins_again(developer, url):
    page = developer.post(url, {"brouillon": "{", "agir": "enregistrer"})

    assert page.context["editor"].faults
    assert names(page) == ["town"]
