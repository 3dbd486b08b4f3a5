"""Making a source in three pages, without a script and without sending anything twice."""

import pytest
from django.urls import reverse

from apps.collection.enums import SourceState
from apps.collection.models import Source, StoredFile
from tests.core.rendering import Page

pytestmark = pytest.mark.django_db

NEW = "/collecte/sources/nouvelle/file/"


def page_of(source, step):
    return reverse(f"collection:source_{step}", args=[source.slug])


def rules(**changes):
    return {
        "name": "Gens",
        "purpose": "Connaître les usagers",
        "legal_basis": "public_task",
        "columns": ["nom", "ville", "montant"],
        "max_rejected_share": "60",
        "retention_days": "30",
        "is_rejected_text_kept": "on",
    } | changes


def test_a_file_sent_makes_a_draft_and_leads_to_its_trial(browser, upload):
    answer = browser.post(NEW, {"name": "Gens", "file": upload()})

    source = Source.objects.get()
    assert (source.state, source.config["upload"]["name"]) == (SourceState.DRAFT, "gens.csv")
    assert answer.headers["Location"] == page_of(source, "settings")


def test_an_address_makes_a_draft_too(browser):
    browser.post(NEW, {"name": "Gens", "url": "https://data.example/gens.csv"})

    assert Source.objects.get().config == {"url": "https://data.example/gens.csv"}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"name": "Gens"}, "Give a file or an address, one of the two."),
        ({"name": "Gens", "url": "https://a.example/x.csv", "has_file": True}, "one of the two."),
        ({"name": "Gens", "url": "ftp://data.example/x.csv"}, "url"),
        ({"url": "https://data.example/x.csv"}, "name"),
    ],
)
def test_what_does_not_say_where_the_data_is_makes_no_source(browser, upload, data, said):
    files = {"file": upload()} if data.pop("has_file", False) else {}

    answer = browser.post(NEW, data | files)

    assert answer.status_code == 200
    assert said in answer.text if " " in said else said in answer.context["form"].errors
    assert "Error:" in Page(answer.text).texts("title")[0]
    assert not Source.objects.exists()


def test_a_file_is_asked_for_among_the_settings_that_it_stands_for(browser):
    of_files = browser.get(NEW).context["form"]
    of_databases = browser.get(reverse("collection:source_new_of_kind", args=["sql"])).context["form"]

    assert [field.name for field in of_files.groups[0].fields][:3] == ["name", "description", "file"]
    assert [field.name for field in of_databases.groups[1].fields][:3] == ["system", "file", "path"]
    assert "For SQLite alone" in of_databases["file"].help_text


def test_a_file_that_is_empty_or_too_large_is_refused_with_the_limit_told(browser, upload, settings):
    settings.COLLECT_MAX_FILE_BYTES = 10

    empty = browser.post(NEW, {"name": "Gens", "file": upload(b"")})
    large = browser.post(NEW, {"name": "Gens", "file": upload()})

    assert "This file is empty." in empty.text
    assert "too large" in large.text
    assert "10\xa0bytes" in large.text
    assert not StoredFile.objects.exists()


def test_a_name_that_another_source_has_is_refused(browser, upload, file_source):
    file_source(name="Gens")

    answer = browser.post(NEW, {"name": "gens", "file": upload()})

    assert "Another source has this name." in answer.text


def test_the_trial_shows_the_rows_the_rejects_and_what_was_detected_before_anything_is_saved(browser, file_source):
    source = file_source(is_open=False)

    page = Page(browser.get(page_of(source, "settings")).text)

    assert {"nom", "ville", "montant"} <= set(page.texts("th"))
    assert {"Besançon", "Dole"} <= set(page.texts("td"))
    assert "3 cells were expected, and 1 found: too few." in page.texts("td")
    assert "Semicolon" in page.texts("dd")
    assert "It can be read; 2 of its first records would be rejected." in page.texts("p")


def test_trying_other_settings_saves_nothing(browser, file_source):
    source = file_source(is_open=False)

    answer = browser.post(page_of(source, "settings"), {"delimiter": "comma", "try": "1"})

    source.refresh_from_db()
    assert "Comma" in Page(answer.text).texts("dd")
    assert "delimiter" not in source.config


def test_saving_keeps_the_file_and_goes_on(browser, file_source):
    source = file_source(is_open=False)
    file = source.config["upload"]

    answer = browser.post(page_of(source, "settings"), {"delimiter": "semicolon", "header": "true"})

    source.refresh_from_db()
    assert source.config == {"upload": file, "delimiter": "semicolon", "header": True}
    assert answer.headers["Location"] == page_of(source, "rules")


def test_a_setting_that_is_not_valid_is_said_beside_it_and_the_last_valid_ones_are_tried(browser, file_source):
    source = file_source(is_open=False)

    answer = browser.post(page_of(source, "settings"), {"skip_lines": "5000"})

    assert "skip_lines" in answer.context["form"].errors
    assert "with the settings saved last." in answer.text


def test_settings_that_cannot_read_the_file_say_why(browser, file_source):
    source = file_source(content=b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + bytes(range(256)) * 20, is_open=False)

    page = Page(browser.get(page_of(source, "settings")).text)

    assert "It cannot be read with these settings." in page.texts("p")


def test_settings_may_be_written_as_yaml(browser, file_source):
    source = file_source(is_open=False)
    address = page_of(source, "settings") + "?vue=yaml"
    written = Page(browser.get(address).text).texts("textarea")[0]

    browser.post(address, {"raw": f"{_as_yaml(source)}\nskip_lines: 0\n"})

    source.refresh_from_db()
    assert "digest" in written
    assert source.config["skip_lines"] == 0


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("a: [", "This is not YAML, at line"),
        ("- a", "its name, a colon, its value"),
        ("url: https://a.example/x.csv\ndelimiter: ;", "delimiter"),
        ("url: https://a.example/x.csv\nseparator: comma", "separator"),
        ("delimiter: comma", "Give a file or an address"),
    ],
)
def test_yaml_that_is_not_settings_is_said(browser, file_source, raw, said):
    source = file_source(is_open=False)

    answer = browser.post(page_of(source, "settings") + "?vue=yaml", {"raw": raw})

    assert said in " ".join(answer.context["form"].errors["raw"])


def test_columns_are_offered_with_an_example_and_the_personal_ones_are_told(browser, file_source):
    source = file_source(is_open=False)

    answer = browser.get(page_of(source, "rules"))

    assert "nom, for example “Zoé” · seems personal" in answer.text
    assert "One column seems personal" in answer.text
    assert answer.context["form"].initial["columns"] == ["nom", "ville", "montant"]


def test_a_draft_is_kept_without_a_purpose(browser, file_source):
    source = file_source(is_open=False, purpose="", legal_basis="")

    answer = browser.post(page_of(source, "rules"), rules(purpose="", legal_basis="", retention_days="7"))

    source.refresh_from_db()
    assert answer.status_code == 302
    assert (source.state, source.retention_days) == (SourceState.DRAFT, 7)


def test_a_draft_is_not_opened_without_a_purpose_and_a_legal_basis(browser, file_source):
    source = file_source(is_open=False, purpose="", legal_basis="")

    answer = browser.post(page_of(source, "rules"), rules(purpose="", legal_basis="", open="1"))

    source.refresh_from_db()
    assert set(answer.context["form"].errors) == {"purpose", "legal_basis"}
    assert source.state == SourceState.DRAFT


def test_opening_and_collecting_at_once_shows_the_run(browser, file_source):
    source = file_source(is_open=False, purpose="", legal_basis="")

    answer = browser.post(page_of(source, "rules"), rules(collect="1"))

    source.refresh_from_db()
    assert source.is_open
    assert answer.headers["Location"] == source.active_run().get_absolute_url()


@pytest.mark.parametrize(
    ("ticked", "kept"), [(["nom", "ville", "montant"], []), (["ville"], ["ville"])], ids=["all", "one"]
)
def test_all_the_columns_are_none_in_particular(browser, file_source, ticked, kept):
    source = file_source()

    browser.post(page_of(source, "rules"), rules(columns=ticked))

    source.refresh_from_db()
    assert source.columns == kept


def test_a_column_that_the_source_no_longer_has_is_told_and_not_forgotten(browser, file_source):
    source = file_source(columns=["ville", "partie"])

    answer = browser.get(page_of(source, "rules"))

    assert "partie · no longer in the source" in answer.text


def test_a_name_that_another_source_has_is_refused_beside_its_field(browser, file_source):
    file_source(name="Prise")
    source = file_source(name="Gens")

    answer = browser.post(page_of(source, "rules"), rules(name="Prise"))

    assert "name" in answer.context["form"].errors


def test_another_file_keeps_the_other_settings(browser, file_source, upload):
    source = file_source(is_open=False)
    browser.post(page_of(source, "settings"), {"delimiter": "semicolon"})

    browser.post(page_of(source, "location"), {"file": upload(b"a;b\n1;2\n", "autre.csv")})

    source.refresh_from_db()
    assert (source.config["upload"]["name"], source.config["delimiter"]) == ("autre.csv", "semicolon")


def _as_yaml(source):
    upload = source.config["upload"]
    return f"upload:\n  digest: {upload['digest']}\n  name: {upload['name']}"
