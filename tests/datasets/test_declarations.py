"""What datasets declare, and their commands."""

import pytest
from django.core.management import CommandError, call_command

from apps.collection.requesting import request_run
from apps.collection.tasks import collect_run
from apps.core.declarations import Person, metrics, personal_data
from apps.datasets import tasks
from apps.datasets.models import Build, Dataset, Grant, SqlAccess, Version
from apps.datasets.requesting import request_build
from tests.accounts.factories import UserFactory
from tests.datasets.factories import GRENOBLE, NAMELESS, VOIRON, built, make_dataset, source_of

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("lake_folder", "no_table_left"),
]


def measured():
    return {metric.key: list(metric.collect()) for metric in metrics.by_app["datasets"]}


def run(capsys, *arguments):
    call_command("build", *arguments)
    return capsys.readouterr().out


def test_what_is_published_and_what_waits_are_measured():
    dataset = make_dataset(GRENOBLE, VOIRON)
    built(dataset)
    request_build(dataset=dataset, by=None)

    found = measured()

    assert found["dataset_versions"] == [({}, 1)]
    assert found["dataset_current_rows"] == [({}, 2)]
    assert ({"state": "published"}, 1) in found["dataset_builds"]
    assert found["dataset_longest_wait"][0][1] > 0


def test_nothing_is_measured_where_there_is_nothing():
    found = measured()

    assert found["dataset_current_rows"] == [({}, 0)]
    assert found["dataset_longest_wait"] == [({}, 0)]


def test_who_asked_is_found_and_erased():
    someone = UserFactory()
    dataset = make_dataset(GRENOBLE)
    Dataset.objects.update(created_by=someone)
    request_build(dataset=dataset, by=someone)
    dataset.receipts.create(entity="town", number=1, key="one", count=1, received_by=someone)
    Grant.objects.create(dataset=dataset, user=someone)
    SqlAccess.objects.create(dataset=dataset, user=someone)
    person = Person(user_id=someone.pk)
    declared = [each for each in personal_data.by_app["datasets"] if each.fields]

    found = [each.rows_of(person).count() for each in declared]
    for each in declared:
        each.erase(each.rows_of(person))

    assert found == [1] * 5
    assert [each.rows_of(person).count() for each in declared] == [0] * 5
    assert [each.rows_of(Person()).count() for each in declared] == [0] * 5


def test_a_dataset_is_built_from_the_terminal(capsys):
    dataset = make_dataset(GRENOBLE)

    first = run(capsys, dataset.slug)
    again = run(capsys, dataset.slug)

    assert first == f"{dataset.slug}: published, version 1, 1 rows, 0 rejected.\n"
    assert again == f"{dataset.slug}: unchanged, 1 rows, 0 rejected.\n"


def test_the_terminal_builds_what_never_was_and_what_waits(capsys):
    first, second = make_dataset(GRENOBLE, slug="first"), make_dataset(VOIRON, slug="second")
    request_build(dataset=first, by=None)

    waiting = run(capsys, "--waiting")
    missing = run(capsys, "--missing")

    assert sorted(line.split(",")[0] for line in waiting.splitlines()) == ["first: published", "second: published"]
    assert missing == ""
    assert Version.objects.filter(dataset=second).exists()


def test_a_build_that_is_held_fails_the_command_and_says_why(capsys):
    dataset = make_dataset(GRENOBLE, NAMELESS)

    with pytest.raises(CommandError, match=dataset.slug):
        call_command("build", dataset.slug)

    assert "Share of the rows set aside: 50%" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["nowhere"]])
def test_the_terminal_says_what_it_does_not_understand(arguments):
    with pytest.raises(CommandError):
        call_command("build", *arguments)


def test_what_cannot_be_asked_for_is_told(capsys):
    dataset = make_dataset()

    with pytest.raises(CommandError):
        call_command("build", dataset.slug)

    assert "first: it holds nothing that passed its gate." in capsys.readouterr().err


@pytest.mark.parametrize("command", ["drop_replaced_tables", "forget_old_rejects"])
def test_what_destroys_counts_only_unless_told_to(command, capsys):
    call_command(command)
    counted = capsys.readouterr().out
    call_command(command, write=True)

    assert "run with --write" in counted
    assert "run with --write" not in capsys.readouterr().out


def test_tasks_do_what_the_commands_do(monkeypatch):
    dataset = make_dataset(GRENOBLE)
    sent = []
    monkeypatch.setattr(tasks.build_version, "apply_async", lambda arguments, **options: sent.append(arguments))

    started = tasks.start_due_builds()
    tasks.build_version(*sent[0])

    assert (started, sent) == (1, [(Build.objects.get().pk,)])
    assert Version.objects.get().dataset == dataset
    assert source_of(dataset).runs.count() == 1
    assert (tasks.drop_replaced_tables(), tasks.forget_old_rejects()) == (0, 0)


def test_what_a_worker_collected_is_built_without_waiting_for_the_clock(monkeypatch):
    dataset = make_dataset(GRENOBLE)
    asked = []
    monkeypatch.setattr(tasks.start_due_builds, "delay", lambda: asked.append("builds"))

    collect_run.apply([request_run(source=source_of(dataset), by=None).pk]).get()
    tasks.forget_old_rejects.apply().get()

    assert asked == ["builds"]
