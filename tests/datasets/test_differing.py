"""What changed between two versions, as different readers see it."""

from dataclasses import replace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from apps.accounts.roles import Role
from apps.core import lake
from apps.datasets.differing import Change, difference
from apps.datasets.enums import PersonalData
from apps.datasets.reading import Table
from apps.datasets.reading.engines import SnapshotGone
from tests.api_matrix import person
from tests.datasets.factories import GRENOBLE, STEPS, TOWNS, VOIRON, built, make_dataset

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("lake_folder", "no_table_left")]

DOLE = {"Code": "39198", "Nom": "Dole", "Population": "23708"}


def versions_of(dataset, *rows):
    """Two versions: these rows, then those."""
    return [built(dataset, *each).version for each in rows]


def compared(before, after, viewer=None):
    viewer = viewer or AnonymousUser()
    return difference(Table.of(before, viewer), Table.of(after, viewer))


def test_rows_are_matched_by_their_key():
    grown = GRENOBLE | {"Population": "160000"}
    before, after = versions_of(make_dataset(visibility="public"), [GRENOBLE, VOIRON], [DOLE, grown])

    found = compared(before, after)

    assert (found.added, found.removed, found.changed) == (1, 1, 1)
    assert found.cells == {"population": 1}
    assert found.changes == (Change(key={"code": "38185"}, cells={"population": (158198, 160000)}),)


def test_rows_in_another_order_are_the_same():
    before, after = versions_of(make_dataset(visibility="public"), [GRENOBLE, VOIRON], [VOIRON, GRENOBLE])

    assert compared(before, after).is_empty


def test_without_a_key_a_row_that_changed_is_removed_and_added():
    keyless = replace(TOWNS, columns=tuple(replace(column, is_key=False) for column in TOWNS.columns))
    before, after = versions_of(
        make_dataset(schema=keyless, visibility="public"), [GRENOBLE, VOIRON], [GRENOBLE, VOIRON | {"Nom": "Voirons"}]
    )

    found = compared(before, after)

    assert (found.added, found.removed, found.changed, found.key) == (1, 1, 0, ())


def test_what_changed_in_a_hidden_column_is_not_told():
    hidden = replace(TOWNS.column("name"), personal_data=PersonalData.DIRECT)
    schema = replace(TOWNS, columns=tuple(hidden if each.name == "name" else each for each in TOWNS.columns))
    before, after = versions_of(
        make_dataset(schema=schema, steps=STEPS, visibility="public"),
        [GRENOBLE, VOIRON],
        [GRENOBLE, VOIRON | {"Nom": "X"}],
    )

    assert compared(before, after).is_empty
    assert compared(before, after, person(Role.DATA_PROTECTION_OFFICER)).cells == {"name": 1}


def test_a_snapshot_that_is_gone_is_told():
    before, after = versions_of(make_dataset(visibility="public"), [GRENOBLE], [VOIRON])
    lake.delete([before.tables.get().snapshot])

    with pytest.raises(SnapshotGone):
        compared(before, after)


def test_the_page_shows_each_cell_before_and_after(client):
    dataset = make_dataset(visibility="public")
    versions_of(dataset, [GRENOBLE, VOIRON], [GRENOBLE, VOIRON | {"Nom": "Voirons"}])
    address = reverse("datasets:differences", args=[dataset.slug, 2])

    page = client.get(address).content.decode()
    first = client.get(reverse("datasets:differences", args=[dataset.slug, 1]))

    assert "<del>Voiron</del> <ins>Voirons</ins>" in page
    assert first.status_code == 200
    assert client.get(f"{address}?depuis=9").status_code == client.get(f"{address}?depuis=x").status_code == 404
