"""The back-office of the collection: everything to read, two acts, nothing to write."""

import pytest
from django.contrib import admin
from django.urls import reverse
from pytest_django.asserts import assertNumQueries

from apps.accounts.roles import Role
from apps.collection import models
from apps.collection.enums import RunState
from apps.collection.models import Run
from tests.collection.factories import RunFactory, SourceFactory

pytestmark = pytest.mark.django_db

MODELS = [getattr(models, name) for name in models.__all__]
LISTED = [models.Source, models.Run, models.Segment, models.Rejection, models.StoredFile]


def list_of(model):
    return reverse(f"admin:collection_{model._meta.model_name}_changelist")


def test_every_model_is_registered():
    assert set(MODELS) <= set(admin.site._registry)


@pytest.mark.parametrize("model", LISTED)
def test_each_list_opens_and_nothing_is_written_there(browser, collected, model):
    collected()
    one = model.objects.first()

    assert browser.get(list_of(model)).status_code == 200
    page = browser.get(reverse(f"admin:collection_{model._meta.model_name}_change", args=[one.pk]))
    assert 'name="_save"' not in page.text
    assert browser.get(reverse(f"admin:collection_{model._meta.model_name}_add")).status_code == 403


@pytest.mark.parametrize("count", [1, 12])
def test_the_list_of_runs_costs_the_same_for_one_and_for_twelve(browser, count):
    source = SourceFactory(kind="file")
    for _number in range(count):
        Run.objects.create(source=source, state=RunState.CANCELLED)
    browser.get(list_of(Run))

    with assertNumQueries(15):
        browser.get(list_of(Run))


def act(browser, model, action, *rows):
    data = {"action": action, "_selected_action": [row.pk for row in rows]}
    return browser.post(list_of(model), data, follow=True)


def test_sources_are_collected_from_their_list_and_what_cannot_be_is_told(browser):
    ready, draft = SourceFactory(kind="file"), SourceFactory(kind="file", is_draft=True)

    answer = act(browser, models.Source, "collect_now", ready, draft)

    assert ready.active_run()
    assert "1 run asked for." in answer.text
    assert f"{draft}: Open the source first" in answer.text


def test_runs_are_cancelled_from_their_list_and_what_is_over_is_told(browser):
    waiting, done = RunFactory(), RunFactory(state=RunState.SUCCEEDED)

    answer = act(browser, Run, "cancel", waiting, done)

    waiting.refresh_from_db()
    assert waiting.state == RunState.CANCELLED
    assert "1 run cancelled." in answer.text
    assert "This run is over already." in answer.text


def test_whoever_may_only_look_has_no_act(signed_in_as):
    RunFactory()

    answer = signed_in_as(Role.DATA_PROTECTION_OFFICER).get(list_of(Run))

    assert answer.status_code == 200
    assert 'value="cancel"' not in answer.text
