"""The model of a dataset: its diagrams, what is downloaded of it, and who learns which columns."""

import pytest
import yaml
from django.db import connection
from django.urls import reverse

from apps.accounts.roles import Role
from apps.datasets.design import design_of
from apps.datasets.designing import change_design
from apps.datasets.enums import PersonalData
from apps.datasets.merise.notation import read

ENGLISH = {"accept-language": "en"}
PAGES = ["model", "model_ddl", "model_mocodo"]


def url(name, dataset):
    return reverse(f"datasets:{name}", args=[dataset.slug])


def test_the_model_is_drawn_and_told_in_words(client, public_towns):
    page = client.get(url("model", public_towns), headers=ENGLISH).content.decode()

    for drawn in ("mcd", "mld", "mpd"):
        assert f'id="{drawn}-svg"' in page
    assert "<li>“Communes” is identified by Code INSEE; it also says: Nom and Habitants.</li>" in page


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("role", [None, *Role])
def test_a_column_read_by_right_is_named_to_whoever_has_the_right_alone(as_role, client, public_towns, role, name):
    browser = as_role(role) if role else client

    answer = browser.get(url(name, public_towns)).content.decode().lower()

    may_read = role in {Role.AI_DEVELOPER, Role.DATA_PROTECTION_OFFICER}
    assert ("mayor" in answer or "maire" in answer) == may_read


def test_a_column_that_the_served_version_hides_stays_hidden_once_its_mark_is_taken_off(client, public_towns):
    design = design_of(public_towns)
    (entity,) = design.model.entities
    bare = tuple(each.model_copy(update={"personal_data": PersonalData.NONE}) for each in entity.attributes)
    model = design.model.model_copy(update={"entities": (entity.model_copy(update={"attributes": bare}),)})
    change_design(dataset=public_towns, design=type(design)(model=model, recipes=design.recipes), by=None)

    page = client.get(url("model", public_towns)).content.decode()

    assert "mayor" not in page


def test_the_script_makes_the_tables(developer, towns):
    script = developer.get(url("model_ddl", towns)).content.decode()

    with connection.cursor() as cursor:
        cursor.execute(script)
        cursor.execute("SELECT count(*) FROM information_schema.columns WHERE table_schema = 'communes'")
        (count,) = cursor.fetchone()
        cursor.execute("DROP SCHEMA communes CASCADE")
    assert count == 5  # the number of the row, and the four columns


def test_the_text_for_mocodo_is_read_again(developer, towns):
    text = developer.get(url("model_mocodo", towns)).content.decode()

    assert [each.name for each in read(text).entities[0].attributes] == ["code", "name", "population", "mayor"]


@pytest.mark.parametrize("role", list(Role))
def test_the_file_for_a_project_is_for_whoever_may_know_all_of_it(as_role, public_towns, role):
    answer = as_role(role).get(url("model_yaml", public_towns))

    may = role in {Role.AI_DEVELOPER, Role.DATA_PROTECTION_OFFICER}
    assert answer.status_code == (200 if may else 403)
    if may:
        assert yaml.safe_load(answer.content)["slug"] == public_towns.slug


def test_an_identifier_that_is_hidden_is_not_said_to_be_absent(client, public_towns):
    design = design_of(public_towns)
    (entity,) = design.model.entities
    code, *others = entity.attributes
    hidden = (code.model_copy(update={"personal_data": PersonalData.DIRECT}), *others)
    model = design.model.model_copy(update={"entities": (entity.model_copy(update={"attributes": hidden}),)})
    change_design(dataset=public_towns, design=type(design)(model=model, recipes=design.recipes), by=None)

    page = client.get(url("model", public_towns), headers=ENGLISH).content.decode()

    assert "“Communes” is identified by what is not shown here; it also says: Nom and Habitants." in page
    assert "Code INSEE" not in page
    assert "UNIQUE" not in page


def test_what_mocodo_drew_is_kept_for_every_language(developer, towns, monkeypatch):
    developer.get(url("model", towns))
    monkeypatch.setattr("apps.datasets.diagrams.draw_mcd", None)  # drawing again would fail

    page = developer.get(url("model", towns), headers={"accept-language": "fr"})

    assert 'id="mcd-svg"' in page.content.decode()
