"""Reading: the overview, the rows and their filters, the dictionary, versions, downloads, the API tab."""

import csv
import io
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.accounts.roles import Role
from apps.datasets.enums import ColumnType
from apps.datasets.schema import ColumnSchema, EntitySchema
from tests.datasets.factories import built, main_table
from tests.datasets.pages.conftest import GOOD
from tests.datasets.reading.tables import publish

ENGLISH = {"accept-language": "en"}


def rows_of(slug="communes"):
    return reverse("datasets:rows", args=[slug])


# --- The overview ---------------------------------------------------------------------------------
def test_a_held_build_is_told_with_the_version_that_stays(developer, held_towns):
    page = developer.get(held_towns.get_absolute_url(), headers=ENGLISH).content.decode()

    assert "The gate is closed: one check blocks the last build. Readers get version 1." in page


def test_its_queries_do_not_grow_with_versions_and_builds(developer, towns):
    developer.get(towns.get_absolute_url())
    with CaptureQueriesContext(connection) as at_first:
        developer.get(towns.get_absolute_url())
    for population in ("1", "2", "3"):
        built(towns, *GOOD[:1], GOOD[1] | {"Population": population})

    with CaptureQueriesContext(connection) as later:
        developer.get(towns.get_absolute_url())

    assert len(later) <= len(at_first) + 1  # the version before


def test_every_tab_tells_a_held_build_in_the_same_tone(developer, held_towns):
    heads = {
        re.search(
            r'<p class="verdict[^"]*"', developer.get(reverse(f"datasets:{name}", args=["communes"])).content.decode()
        )[0]
        for name in ("dataset", "rows", "dictionary")
    }

    assert len(heads) == 1


# --- The rows -------------------------------------------------------------------------------------
def test_filters_are_those_of_the_api(developer, towns):
    page = developer.get(f"{rows_of()}?population__gte=100000").content.decode()

    assert "Grenoble" in page
    assert "Voiron" not in page


def test_words_are_searched_in_the_texts_within_what_is_filtered(developer, towns):
    page = developer.get(f"{rows_of()}?q=grenoble&population__gte=1", headers=ENGLISH).content.decode()

    assert "Voiron" not in page
    assert "Has the words “grenoble”" in page
    form = re.search(r'<form[^>]*id="words".*?</form>', page, re.DOTALL)[0]
    assert 'name="q" type="search" value="grenoble"' in form
    assert re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form) == [("population__gte", "1")]


def test_rows_without_a_text_are_not_searched(developer, no_table_left):
    schema = EntitySchema(name="line", columns=(ColumnSchema(name="age", type=ColumnType.INTEGER),))
    slug = publish(schema=schema).dataset.slug

    assert 'id="words"' not in developer.get(rows_of(slug)).content.decode()


def test_a_condition_that_is_filled_in_becomes_an_address_of_the_api(developer, towns):
    answer = developer.get(rows_of(), {"champ": "population", "op": "gte", "valeur": "100,000", "order": "name"})

    assert answer.headers["Location"] == f"{rows_of()}?order=name&population__gte=100000"


def test_a_condition_on_what_is_empty_needs_no_value(developer, towns):
    answer = developer.get(rows_of(), {"champ": "mayor", "op": "empty", "valeur": ""})

    assert answer.headers["Location"] == f"{rows_of()}?mayor__isnull=true"


@pytest.mark.parametrize(
    ("champ", "op", "valeur", "field"),
    [("population", "icontains", "1", "op"), ("population", "gte", "many", "valeur"), ("name", "exact", "", "valeur")],
)
def test_a_condition_that_means_nothing_is_explained_at_its_field(developer, towns, champ, op, valeur, field):
    page = developer.get(rows_of(), {"champ": champ, "op": op, "valeur": valeur}).content.decode()

    assert re.search(rf'id="id_{field}"[^>]*aria-invalid="true"|aria-invalid="true"[^>]*id="id_{field}"', page)


def test_an_unknown_parameter_is_an_error_and_not_every_row(developer, towns):
    page = developer.get(f"{rows_of()}?inhabitants=3").content.decode()

    assert "query-errors" in page
    assert "Grenoble" not in page


def test_headers_sort_then_the_other_way_round(developer, towns):
    up = developer.get(f"{rows_of()}?order=name").content.decode()
    down = developer.get(f"{rows_of()}?order=-name").content.decode()

    assert 'aria-sort="ascending"' in up
    assert "?order=-name" in up
    assert down.index("Voiron") < down.index("Grenoble")


def test_chosen_columns_become_one_parameter(developer, towns):
    answer = developer.get(rows_of(), {"colonnes": ["code", "name"], "population__gte": "1"})

    assert answer.headers["Location"] == f"{rows_of()}?population__gte=1&columns=code,name"


def test_whoever_may_not_read_personal_columns_neither_sees_nor_filters_them(client, public_towns):
    page = client.get(rows_of()).content.decode()
    filtered = client.get(f"{rows_of()}?mayor__icontains=Camille").content.decode()

    assert "Camille" not in page
    assert "query-errors" in filtered


# --- The dictionary -------------------------------------------------------------------------------
def test_the_dictionary_is_read_when_the_file_of_the_version_is_gone(developer, towns, lake_folder):
    (lake_folder / main_table(towns.current_version).snapshot).unlink()

    answer = developer.get(reverse("datasets:dictionary", args=[towns.slug]))

    assert answer.status_code == 200


def test_it_says_how_filled_the_columns_are(developer, towns):
    page = developer.get(reverse("datasets:dictionary", args=[towns.slug]), headers=ENGLISH).content.decode()

    assert "50%" in page  # one mayor of two
    assert "20,248 to 158,198" in page


def test_values_that_identify_people_are_not_summarised(developer, towns):
    page = developer.get(reverse("datasets:dictionary", args=[towns.slug])).content.decode()

    assert "<code>mayor</code>" in page
    assert "Camille" not in page


def test_hidden_columns_are_counted_and_not_described(client, public_towns):
    page = client.get(reverse("datasets:dictionary", args=[public_towns.slug]), headers=ENGLISH).content.decode()
    as_csv = client.get(reverse("datasets:dictionary_csv", args=[public_towns.slug])).content.decode()

    assert "mayor" not in page + as_csv
    assert "One column is left out" in page


# --- Versions and downloads -----------------------------------------------------------------------
def test_the_file_of_a_version_is_the_one_its_digest_is_about(developer, towns):
    from hashlib import sha256

    version = towns.current_version

    sent = b"".join(developer.get(reverse("datasets:version_file", args=[towns.slug, 1])).streaming_content)

    assert sha256(sent).hexdigest() == main_table(version).sha256


def test_the_file_has_no_column_that_its_reader_may_not_read(client, public_towns, tmp_path):
    import pyarrow.parquet as pq

    sent = b"".join(client.get(reverse("datasets:version_file", args=[public_towns.slug, 1])).streaming_content)
    (tmp_path / "sent.parquet").write_bytes(sent)

    assert pq.read_schema(tmp_path / "sent.parquet").names == ["id", "code", "name", "population"]


def test_an_export_has_the_filters_of_the_page(developer, towns):
    answer = developer.get(f"{reverse('datasets:export', args=[towns.slug])}?format=csv&name__startswith=V")

    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))
    assert [row["name"] for row in rows] == ["Voiron"]


def test_an_export_that_cannot_be_is_told_on_the_page(developer, towns):
    answer = developer.get(f"{reverse('datasets:export', args=[towns.slug])}?format=xlsx", follow=True)

    assert answer.redirect_chain == [(towns.get_absolute_url(), 302)]
    assert "is-bad" in answer.content.decode()


def test_builds_are_listed_for_whoever_sees_them(as_role, held_towns):
    address = reverse("datasets:versions", args=[held_towns.slug])

    seen = as_role(Role.OPERATOR).get(address).content.decode()
    hidden = as_role(Role.WATCH_EDITOR).get(address).content.decode()

    assert held_towns.latest_build().get_absolute_url() in seen
    assert held_towns.latest_build().get_absolute_url() not in hidden


# --- The API tab ----------------------------------------------------------------------------------
def test_a_public_dataset_asks_for_no_token(client, public_towns):
    page = client.get(reverse("datasets:api", args=[public_towns.slug])).content.decode()

    assert "Authorization" not in page


def test_an_internal_one_shows_where_the_token_goes(developer, towns):
    page = developer.get(reverse("datasets:api", args=[towns.slug])).content.decode()

    assert "Authorization: Bearer ecl_YOUR_TOKEN" in page
    assert reverse("accounts:token_create") in page


def test_the_snippet_is_answered_by_the_api(client, public_towns, settings):
    context = client.get(reverse("datasets:api", args=[public_towns.slug])).context
    question = next(each for each in context["questions"] if each.name == "filters")

    answer = client.get(question.address.removeprefix(settings.SITE_URL))

    assert answer.status_code == 200
    assert answer.json()["results"][0]["name"] == "Grenoble"
