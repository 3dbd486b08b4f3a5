"""What the collection tells of itself: personal data, measures."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.collection.collecting import collect
from apps.collection.enums import RunState
from apps.collection.metrics import DECLARED as METRICS
from apps.collection.models import Rejection, Run, Source
from apps.collection.personal_data import DECLARED as PERSONAL_DATA
from apps.core.declarations import Person
from tests.accounts.factories import UserFactory
from tests.collection.factories import RunFactory, SourceFactory

pytestmark = pytest.mark.django_db

BY_MODEL = {each.model: each for each in PERSONAL_DATA}


def measured():
    return {metric.key: list(metric.collect()) for metric in METRICS}


def test_runs_and_records_are_measured():
    RunFactory(state=RunState.SUCCEEDED, rows_read=10, rows_kept=9, rows_rejected=1)
    waiting = RunFactory()
    Run.objects.filter(pk=waiting.pk).update(requested_at=timezone.now() - timedelta(minutes=5))

    samples = measured()

    assert ({"state": "succeeded"}, 1) in samples["collection_runs"]
    assert ({"state": "held"}, 0) in samples["collection_runs"]
    assert samples["collection_records"] == [({"outcome": "kept"}, 9), ({"outcome": "rejected"}, 1)]
    assert 290 < samples["collection_longest_wait"][0][1] < 400


def test_measures_are_cheap(django_assert_num_queries):
    RunFactory.create_batch(3)

    with django_assert_num_queries(3):
        measured()


@pytest.mark.parametrize(("model", "link"), [(Source, "created_by"), (Run, "requested_by")])
def test_a_person_is_found_where_they_acted_and_their_link_is_erased(model, link):
    person = UserFactory()
    source = SourceFactory(created_by=person)
    RunFactory(source=source, requested_by=person)
    RunFactory()
    declared = BY_MODEL[model]

    found = declared.find(Person(email=person.email, user_id=person.pk))
    count = declared.erase(found)

    assert count == 1
    assert not model.objects.filter(**{link: person}).exists()
    assert not declared.find(Person(email=person.email)).exists()


@pytest.mark.django_db(transaction=True)
def test_the_text_of_rejected_records_is_searched_by_email():
    collect(run_id=RunFactory(source=SourceFactory(config={"rows": 100, "rejected": [7]})).pk)
    declared = BY_MODEL[Rejection]

    found = declared.find(Person(email="SOMEONE@example.org"))
    assert (found.count(), declared.erase(found)) == (1, 1)

    assert Rejection.objects.get().text == ""
    assert not declared.find(Person(user_id=3)).exists()
