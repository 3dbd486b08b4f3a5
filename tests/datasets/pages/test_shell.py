"""What datasets show elsewhere: home page, tasks, events, search, administration."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils.translation import override

from apps.accounts.roles import Role
from apps.core.gates import GateState
from apps.datasets import interface
from apps.datasets.models import Build
from tests.accounts.factories import UserFactory


@pytest.fixture(autouse=True)
def _english():
    with override("en"):
        yield


def test_the_lock_is_open_when_what_is_read_passed_its_gate(towns):
    (stage,) = interface.stages(UserFactory(role=Role.AI_DEVELOPER))

    assert (stage.gate, stage.figure, stage.is_held) == (GateState.OPEN, "2", False)


def test_the_lock_is_closed_and_held_when_a_build_waits_behind_it(held_towns):
    (stage,) = interface.stages(UserFactory(role=Role.OPERATOR))

    assert (stage.gate, stage.is_held, stage.gate_url) == (GateState.CLOSED, True, held_towns.get_absolute_url())


def test_strangers_are_shown_no_lock(public_towns):
    assert interface.stages(AnonymousUser()) == []


def test_a_held_build_is_a_task_of_those_who_can_build(held_towns):
    (task,) = interface.tasks(UserFactory(role=Role.OPERATOR))

    assert task.url == held_towns.latest_build().get_absolute_url()
    assert interface.tasks(UserFactory(role=Role.DATA_PROTECTION_OFFICER)) == []
    assert interface.tasks(AnonymousUser()) == []


def test_publications_are_events_for_whoever_may_read(towns):
    assert [event.text for event in interface.events(UserFactory(role=Role.WATCH_EDITOR))] == [
        "Version 1 of “Communes” is published: 2 rows."
    ]
    assert interface.events(AnonymousUser()) == []


def test_datasets_and_columns_are_found(towns):
    found = interface.search(UserFactory(role=Role.AI_DEVELOPER), "maire")

    assert [(hit.kind, hit.label) for hit in found] == [("Columns", "Maire")]


def test_a_column_that_one_may_not_read_is_not_found(public_towns):
    assert interface.search(AnonymousUser(), "maire") == []
    assert [hit.label for hit in interface.search(AnonymousUser(), "habitants")] == ["Habitants"]


def test_the_back_office_asks_for_builds(as_role, towns):
    browser = as_role(Role.OPERATOR)
    before = Build.objects.count()

    browser.post(reverse("admin:datasets_dataset_changelist"), {"action": "build_now", "_selected_action": [towns.pk]})

    assert Build.objects.count() == before + 1


@pytest.mark.parametrize("model", ["dataset", "entity", "column", "recipe", "build", "version"])
def test_the_back_office_shows_everything_and_changes_nothing(as_role, towns, model):
    browser = as_role(Role.ADMINISTRATOR)

    listed = browser.get(reverse(f"admin:datasets_{model}_changelist"))
    added = browser.get(reverse(f"admin:datasets_{model}_add"))

    assert listed.status_code == 200
    assert added.status_code == 403
