"""From an answer to all that it comes from, one click each; and back down from a source to the models."""

import re

import pytest
from django.urls import reverse

from apps.accounts.roles import Role
from apps.collection.connectors import CONNECTORS
from apps.collection.models import Source
from apps.inference.models import Evaluation
from tests.collection.tiny import TINY
from tests.datasets.factories import GRENOBLE, VOIRON, built, make_dataset
from tests.inference.deliver_factories import REPORT
from tests.inference.people.test_asking_pages import asked
from tests.inference.people_factories import service

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_table_left")]


@pytest.fixture
def dataset(monkeypatch):
    monkeypatch.setitem(CONNECTORS._by_kind, TINY.kind, TINY)
    made = make_dataset(GRENOBLE, VOIRON, slug="towns", name="Towns")
    assert built(made).state == "published"
    made.refresh_from_db()
    return made


@pytest.fixture
def model(dataset):
    """A model in service that learnt from this dataset."""
    made = service(dataset=dataset)
    made.trainings.update(dataset_version=dataset.current_version)
    Evaluation.objects.update(report=REPORT)
    return made


def links_of(page):
    """The addresses in the chain of a page, from the sources to the answer."""
    (chain,) = re.findall(r'<ol class="lineage".*?</ol>', page.content.decode(), re.DOTALL)
    return re.findall(r'href="([^"]+)"', chain)


def test_an_answer_leads_to_each_thing_that_it_comes_from(as_role, dataset, model):
    developer = as_role(Role.AI_DEVELOPER)
    learnt, version = dataset.current_version, model.versions.get()
    run = learnt.build.runs.get()

    links = links_of(asked(developer, model))

    assert links == [
        run.source.get_absolute_url(),
        run.get_absolute_url(),
        learnt.build.get_absolute_url(),
        learnt.get_absolute_url(),
        version.training.get_absolute_url(),
        version.get_absolute_url(),
    ]
    pages = {link: developer.get(link) for link in links}
    assert {link: page.status_code for link, page in pages.items() if page.status_code != 200} == {}
    assert "Segments, in the order in which they are read" in pages[run.get_absolute_url()].content.decode()
    assert set(links) - set(links_of(pages[version.get_absolute_url()])) <= {
        run.source.get_absolute_url(),
        version.get_absolute_url(),
    }


def test_a_source_and_a_version_of_a_dataset_lead_down_to_the_models(as_role, dataset, model):
    developer = as_role(Role.AI_DEVELOPER)
    source, version = Source.objects.get(), model.versions.get()

    of_source = developer.get(source.get_absolute_url()).content.decode()
    of_dataset = developer.get(reverse("datasets:lineage", args=[dataset.slug])).content.decode()

    assert f'href="{model.get_absolute_url()}"' in of_source
    assert f'href="{version.get_absolute_url()}"' in of_dataset
    assert developer.get(model.get_absolute_url()).status_code == 200


def test_a_dataset_that_one_may_not_read_is_not_named(as_role, dataset, model):
    type(dataset).objects.update(visibility="restricted", created_by=None)

    page = asked(as_role(Role.AI_DEVELOPER), model)

    assert links_of(page) == [
        model.versions.get().training.get_absolute_url(),
        model.versions.get().get_absolute_url(),
    ]
    assert "Towns" not in page.content.decode()


def test_who_asks_without_being_of_the_team_sees_no_chain(as_role, model):
    assert 'class="lineage"' not in asked(as_role(Role.USER), model).content.decode()
