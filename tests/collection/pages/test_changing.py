"""What surrounds a source, changed from its pages: sheet, schedule, contract, followers."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import User
from apps.accounts.roles import Role
from apps.collection.enums import LoadMode, RunState
from apps.collection.models import Source
from tests.collection.factories import RunFactory, SourceFactory
from tests.collection.pages.conftest import CSV
from tests.core.rendering import Page

pytestmark = pytest.mark.django_db

DAILY = {
    "every": "day",
    "minute": "0",
    "weekday": "0",
    "day": "1",
    "at": "06:30",
    "cron": "",
    "time_zone": "Europe/Paris",
}
CONTRACT = {
    "mode": "full",
    "parallel_parts": "1",
    "max_rows": "",
    "max_minutes": "",
    "max_megabytes": "",
    "on_missing_column": "stop",
    "on_new_column": "warn",
    "on_changed_type": "warn",
}
PLAN = {"config": {}, "columns": ["id", "nom"], "types": {"id": "integer", "nom": "text"}, "asked": [], "parts": []}


def page_of(name, source):
    return reverse(f"collection:source_{name}", args=[source.slug])


def again(source):
    return Source.objects.get(pk=source.pk)


# --- Sheet ----------------------------------------------------------------------------------------
def test_the_sheet_is_kept_and_shown_with_what_is_still_to_say(browser, file_source):
    source = file_source()

    browser.post(page_of("sheet", source), {"context": "Le budget", "licence": "ODbL", "confidentiality": "internal"})
    answer = browser.get(source.get_absolute_url())

    assert (again(source).context, again(source).confidentiality) == ("Le budget", "internal")
    assert {"Le budget", "ODbL", "Internal"} <= set(Page(answer.text).texts("dd"))
    assert "Not said yet: Actors, Technical constraints, Conditions of access, Terms of use." in answer.text


def test_an_empty_sheet_invites_to_fill_it_and_whoever_only_looks_is_not_asked(signed_in_as, file_source):
    source = file_source()

    offered = signed_in_as(Role.AI_DEVELOPER).get(source.get_absolute_url()).text
    told = signed_in_as(Role.OPERATOR).get(source.get_absolute_url()).text

    assert page_of("sheet", source) in offered
    assert page_of("sheet", source) not in told
    assert "Nothing is said yet of its context" in told


def test_what_is_too_long_for_the_sheet_is_said_beside_its_field(browser, file_source):
    source = file_source()

    page = Page(browser.post(page_of("sheet", source), {"licence": "x" * 200}).text)

    assert any(each.get("id") == "id_licence_error" for each in page.all("div"))
    assert again(source).licence == ""


# --- Schedule -------------------------------------------------------------------------------------
def test_a_schedule_is_shown_before_it_is_saved(browser, file_source):
    source = file_source()

    page = Page(browser.post(page_of("schedule", source), DAILY | {"preview": "1"}).text)

    assert "The next runs, if you save" in page.texts("h2")
    assert len([text for text in page.texts("time") if text.endswith("06:30")]) == 5
    assert not again(source).is_scheduled


def test_a_schedule_that_is_saved_is_shown_on_the_page_of_its_source(browser, file_source):
    source = file_source()

    answer = browser.post(page_of("schedule", source), DAILY | {"every": "workday"}, follow=True)

    assert (again(source).cron, again(source).is_scheduled) == ("30 6 * * 1-5", True)
    assert "From Monday to Friday at 06:30" in answer.text
    assert "The schedule is saved." in answer.text


def test_the_hours_of_another_zone_are_said_in_that_of_the_reader_and_in_their_own(browser, file_source):
    source = file_source()
    User.objects.update(time_zone="Europe/Paris")

    answer = browser.post(page_of("schedule", source), DAILY | {"time_zone": "Pacific/Noumea", "preview": "1"})

    assert "06:30 in Pacific/Noumea" in " ".join(answer.text.split())


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"every": "day", "at": ""}, "at"),
        ({"every": "day", "at": "25:61"}, "at"),
        ({"every": "hour", "minute": ""}, "minute"),
        ({"every": "hour", "minute": "75"}, "minute"),
        ({"every": "other", "cron": ""}, "cron"),
        ({"every": "other", "cron": "tous les jours"}, "cron"),
        ({"every": "other", "cron": "0 0 30 2 *"}, "cron"),
        ({"every": "absurd"}, "every"),
        ({"time_zone": "Europe/Atlantis"}, "time_zone"),
    ],
)
@pytest.mark.parametrize("button", ["preview", "save"])
def test_a_schedule_that_means_nothing_is_refused_beside_its_field(browser, file_source, asked, field, button):
    source = file_source()

    answer = browser.post(page_of("schedule", source), DAILY | asked | {button: "1"})

    assert list(answer.context["form"].errors) == [field]
    assert not again(source).is_scheduled


def test_a_source_that_stops_running_by_itself_keeps_its_hours(browser, file_source):
    source = file_source(cron="0 6 * * *", is_scheduled=True)

    browser.post(page_of("schedule", source), DAILY | {"every": "never"})
    page = browser.get(page_of("schedule", source))

    assert (again(source).is_scheduled, again(source).cron) == (False, "0 6 * * *")
    assert page.context["form"]["every"].value() == "never"


def test_a_zone_that_the_list_lacks_stays(browser, file_source):
    source = file_source(cron="0 6 * * *", is_scheduled=True, time_zone="CET")

    answer = browser.get(page_of("schedule", source))
    browser.post(page_of("schedule", source), DAILY | {"time_zone": "CET"})

    assert 'value="CET" selected' in answer.text
    assert again(source).cron == "30 6 * * *"


def test_a_start_that_failed_is_told_on_the_page_of_the_source(browser, file_source):
    source = file_source(cron="0 6 * * *", is_scheduled=True)
    Source.objects.update(schedule_error="This source is being collected already.")

    shown = browser.get(source.get_absolute_url()).text

    assert "The schedule does not do what it says" in shown
    assert "This source is being collected already." in shown


# --- Contract -------------------------------------------------------------------------------------
@pytest.fixture
def planned(file_source):
    """A source whose last run found two columns."""
    source = file_source()
    RunFactory(source=source, state=RunState.FAILED, plan=PLAN, finished_at=timezone.now(), new_columns=["age"])
    return source


def test_what_the_last_run_found_is_offered_and_agreed_in_one_go(browser, planned):
    page = Page(browser.get(page_of("contract", planned)).text)

    browser.post(page_of("contract", planned), CONTRACT | {"agree": "1"})

    assert [text for text in page.texts("th") if text in {"id", "nom", "age"}] == ["id", "nom", "age"]
    assert again(planned).expected_columns == [
        {"name": "id", "type": "integer"},
        {"name": "nom", "type": "text"},
        {"name": "age", "type": ""},
    ]


def test_each_column_is_agreed_or_not_with_its_type_or_any(browser, planned):
    asked = CONTRACT | {"type_0": "integer", "type_1": "-", "type_2": ""}

    browser.post(page_of("contract", planned), asked)

    assert again(planned).expected_columns == [{"name": "id", "type": "integer"}, {"name": "age", "type": ""}]


def test_only_what_is_new_takes_columns_that_identify_a_record(browser, planned):
    asked = CONTRACT | {"mode": "incremental", "type_0": "-", "type_1": "-", "type_2": "-"}

    refused = browser.post(page_of("contract", planned), asked)
    browser.post(page_of("contract", planned), asked | {"key_columns": ["id"]})

    assert list(refused.context["form"].errors) == ["key_columns"]
    assert (again(planned).mode, again(planned).key_columns) == (LoadMode.INCREMENTAL, ["id"])


def test_what_an_act_refuses_is_said_beside_its_field(browser, planned):
    Source.objects.update(columns=["nom"])

    answer = browser.post(page_of("contract", planned), CONTRACT | {"key_columns": ["id"]})

    assert "are not collected: id" in str(answer.context["form"].errors["key_columns"])


@pytest.mark.parametrize(("field", "value"), [("parallel_parts", "90"), ("max_rows", "-1"), ("on_new_column", "x")])
def test_a_limit_that_means_nothing_is_refused(browser, planned, field, value):
    answer = browser.post(page_of("contract", planned), CONTRACT | {field: value})

    assert field in answer.context["form"].errors


def test_a_source_that_was_never_collected_is_asked_its_columns(browser, file_source):
    source = file_source(is_open=False)

    page = Page(browser.get(page_of("contract", source)).text)
    browser.post(page_of("contract", source), CONTRACT | {"agree": "1"})

    assert {"nom", "ville", "montant"} <= set(page.texts("th"))
    assert [each["name"] for each in again(source).expected_columns] == ["nom", "ville", "montant"]


def test_a_source_that_does_not_answer_keeps_what_was_agreed(browser):
    source = SourceFactory(kind="file", config={"url": "http://10.0.0.1/x.csv"}, expected_columns=[{"name": "id"}])

    answer = browser.get(page_of("contract", source))
    browser.post(page_of("contract", source), CONTRACT | {"type_0": ""})

    assert "The columns cannot be read now" in answer.text
    assert again(source).expected_columns == [{"name": "id", "type": ""}]


def test_a_very_wide_source_is_agreed_on_as_a_whole(browser, planned):
    wide = [f"c{number}" for number in range(1_200)]
    planned.runs.update(plan=PLAN | {"columns": wide, "types": {}}, new_columns=[])

    answer = browser.get(page_of("contract", planned))
    browser.post(page_of("contract", planned), CONTRACT | {"key_columns": "c1\nc2\n", "agree": "1"})

    assert "There are too many to be shown one by one." in answer.text
    assert len(again(planned).expected_columns) == 1_200
    assert again(planned).key_columns == ["c1", "c2"]


def test_the_contract_is_told_in_words(browser, file_source):
    source = file_source(
        mode="incremental",
        key_columns=["nom"],
        expected_columns=[{"name": "montant", "type": "float"}, {"name": "nom", "type": ""}],
        on_new_column="stop",
        max_rows=5_000,
        max_minutes=30,
        parallel_parts=3,
    )

    told = dict(browser.get(source.get_absolute_url()).context["contract"])

    assert told["Expected columns"] == "montant (number with decimals), nom"
    assert told["A record is identified by"] == "nom"
    assert told["If a column is new"] == "The run is held at the gate"
    assert told["A run stops after"] == "5,000 records or 30 min"


# --- Drafts, followers, collecting otherwise ------------------------------------------------------
def test_a_draft_has_its_sheet_its_schedule_and_its_contract(browser, file_source):
    draft = file_source(is_open=False)

    tabs = [str(tab.label) for tab in browser.get(draft.get_absolute_url()).context["tabs"]]
    answer = browser.post(page_of("schedule", draft), DAILY, follow=True)

    assert tabs == ["Overview", "Contract", "Schedule", "Sheet"]
    assert "it starts once the source is open" in answer.text


def test_following_a_source_is_a_button_and_so_is_stopping(signed_in_as, file_source):
    source, browser = file_source(), signed_in_as(Role.OPERATOR)

    followed = browser.post(page_of("follow", source), follow=True)
    count = source.followers.count()
    browser.post(page_of("follow", source))
    left = browser.post(page_of("unfollow", source), follow=True)

    assert count == 1
    assert "Stop following" in followed.text
    assert "Nobody is told" in left.text
    assert source.followers.count() == 0


@pytest.fixture
def incremental(file_source):
    return file_source(content=CSV, mode="incremental", key_columns=["nom"])


@pytest.mark.parametrize(
    ("asked", "mode", "bounds"),
    [
        ({}, "incremental", ("", "")),
        ({"what": "full"}, "full", ("", "")),
        ({"what": "backfill", "since": "2026-01-01", "until": "2026-02-01"}, "backfill", ("2026-01-01", "2026-02-01")),
        ({"what": "backfill", "since": "", "until": "2026-02-01"}, "backfill", ("", "2026-02-01")),
    ],
)
def test_an_incremental_source_is_collected_as_usual_whole_or_for_a_period(browser, incremental, asked, mode, bounds):
    browser.post(page_of("collect", incremental), asked)

    run = incremental.active_run()
    assert (run.mode, (run.since, run.until)) == (mode, bounds)


def test_a_period_without_bounds_is_asked_again_where_it_was(browser, incremental):
    answer = browser.post(page_of("collect", incremental), {"what": "backfill"})

    page = Page(answer.text)
    assert "Say from when, or up to when." in answer.text
    assert any(each.get("id") == "otherwise" and "open" in each for each in page.all("details"))
    assert page.texts("title")[0].startswith("Error:")
    assert incremental.active_run() is None


def test_a_source_that_is_read_whole_offers_no_period(browser, file_source):
    assert "Collect otherwise" not in browser.get(file_source().get_absolute_url()).text


def test_what_a_source_holds_is_told_when_several_runs_make_it(browser, incremental):
    now = timezone.now()
    for hours, mode, rows in ((30, "full", 900), (20, "incremental", 5), (1, "incremental", 7)):
        RunFactory(
            source=incremental,
            state=RunState.SUCCEEDED,
            mode=mode,
            finished_at=now - timedelta(hours=hours),
            rows_read=rows,
            rows_kept=rows,
        )

    answer = browser.get(incremental.get_absolute_url())

    assert answer.context["held"].rows == 912
    assert "912 rows, from 3 runs" in answer.text
