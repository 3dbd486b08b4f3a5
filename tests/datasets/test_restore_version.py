"""`manage.py restore_version`."""

import pytest
from django.core.management import CommandError, call_command

from tests.datasets.factories import GRENOBLE, VOIRON, built, make_dataset

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("lake_folder", "no_table_left")]


@pytest.fixture
def towns():
    dataset = make_dataset(GRENOBLE, slug="towns")
    built(dataset)
    built(dataset, VOIRON)
    return dataset


def test_a_former_version_is_restored_from_a_terminal(towns, capsys):
    call_command("restore_version", "towns", "1", "--note", "Voiron was a mistake.")

    version = towns.versions.get(number=3)
    assert version.note == "Voiron was a mistake."
    assert capsys.readouterr().out == "towns: published, version 3, 1 rows, 0 rejected.\n"


def test_a_version_that_is_not_there_is_an_error(towns):
    with pytest.raises(CommandError, match="No version 9 of a dataset “towns”"):
        call_command("restore_version", "towns", "9")


def test_the_version_of_today_is_refused_in_words(towns):
    with pytest.raises(CommandError, match="Readers get this version today"):
        call_command("restore_version", "towns", "2")
