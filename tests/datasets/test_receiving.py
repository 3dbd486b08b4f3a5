"""Rows that programs write: judged at once as a build would, kept, then read by every build."""

import signal
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.accounts.models import AuditEvent
from apps.accounts.roles import Role
from apps.core.leases import reap_all
from apps.datasets.building import build
from apps.datasets.design import design_of
from apps.datasets.designing import change_design, delete_dataset
from apps.datasets.enums import BuildState
from apps.datasets.exceptions import KeyReused, NotWritable, RowFault, RowsRefused
from apps.datasets.models import Receipt
from apps.datasets.receiving import receive_rows
from apps.datasets.requesting import request_build, request_due_builds
from apps.datasets.tables import table_model
from tests.api_matrix import person
from tests.collection.workers import forks
from tests.core.test_leases import in_threads
from tests.datasets.factories import built
from tests.datasets.received import GOOD, make_written
from tests.forks import DEAD

__all__ = ["forks"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("lake_folder", "no_table_left")]


def write(dataset, *records, key: str = "one", by=None):
    return receive_rows(dataset=dataset, entity="opinion", records=records, key=key, by=by)


def opinions(dataset) -> list[dict]:
    stored = dataset.current_version.tables.select_related("version").get(entity="opinion")
    return list(table_model(stored.table, stored.schema).objects.values())


def faults_of(dataset, *records) -> tuple[RowFault, ...]:
    with pytest.raises(RowsRefused) as refusal:
        write(dataset, *records)
    return refusal.value.faults


def test_what_is_written_is_in_the_next_version():
    dataset = make_written()
    write(dataset, GOOD, {"id": "a-2", "score": "5"})
    write(dataset, {"id": "a-3", "score": 2}, key="two")

    done = built(dataset)

    assert (done.state, done.received) == (BuildState.PUBLISHED, {"opinion": 2})
    assert [row["number"] for row in opinions(dataset)] == ["a-1", "a-2", "a-3"]
    assert opinions(dataset)[0] == {
        "id": 1,
        "number": "a-1",
        "score": 4,
        "agrees": True,
        "comment": "Vu « sur place », l’été",
        "given_on": timezone.datetime(2026, 11, 22).date(),
        "town_code": "38185",
    }


def test_a_dataset_is_published_before_anything_is_written():
    dataset = make_written()

    assert built(dataset).state == BuildState.PUBLISHED
    assert opinions(dataset) == []


def test_a_build_tells_what_it_read_of_what_was_received():
    dataset = make_written()
    write(dataset, GOOD)
    done = built(dataset)

    assert [each for each in done.version.manifest["read"] if "received" in each] == [
        {"received": "opinion", "receipts": 1, "rows": 1, "sha256": done.version.manifest["read"][-1]["sha256"]}
    ]
    assert done.outputs.get(entity="opinion").inputs[0]["name"] == "opinion"


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"score": "many"}, "score", "not_a_number"),
        ({"score": 4.5}, "score", "not_an_integer"),
        ({"score": None}, "score", "missing"),
        ({"score": 6}, "score", "too_large"),
        ({"score": -1}, "score", "too_small"),
        ({"agrees": "perhaps"}, "agrees", "not_a_boolean"),
        ({"day": "22/11/2026"}, "day", "not_a_date"),
        ({"id": ""}, "id", "missing"),
        ({"town": "99999"}, "town", "unknown_reference"),
        ({"nobody": "x"}, "nobody", "invalid"),
        ({"comment": ["x"]}, "comment", "invalid"),
        ({"comment": "a\0b"}, "comment", "invalid"),
        ({"score": 1, "comment": None}, "", "rule_broken"),
    ],
)
def test_what_a_build_would_set_aside_is_refused_and_named(change, field, code):
    dataset = make_written()
    built(dataset)

    faults = faults_of(dataset, GOOD, GOOD | {"id": "a-2"} | change)

    assert [(fault.row, fault.field, fault.code) for fault in faults] == [(1, field, code)]
    assert not Receipt.objects.exists()


def test_a_rule_that_is_broken_is_named():
    fault = faults_of(make_written(), GOOD | {"score": 0, "comment": None})[0]

    assert "a bad score says why" in fault.message


def test_the_same_key_twice_in_a_request_is_refused():
    assert [fault.code for fault in faults_of(make_written(), GOOD, GOOD)] == ["duplicate"]


def test_all_that_is_wrong_is_told_at_once():
    faults = faults_of(make_written(), {"id": "", "score": "x", "day": "y"}, GOOD, {"id": "b"})

    assert sorted((fault.row, fault.field) for fault in faults) == [(0, "day"), (0, "id"), (0, "score"), (2, "score")]


def test_the_same_request_is_kept_once():
    dataset = make_written()

    first, is_new = write(dataset, GOOD)
    again, is_new_again = write(dataset, GOOD)

    assert (is_new, is_new_again, again) == (True, False, first)
    assert Receipt.objects.count() == 1


def test_a_key_is_that_of_one_request():
    dataset = make_written()
    write(dataset, GOOD)

    with pytest.raises(KeyReused):
        write(dataset, GOOD | {"score": 3})


def test_an_entity_whose_recipe_takes_nothing_from_programs_is_not_written():
    dataset = make_written()

    for entity in ("town", "nobody"):
        with pytest.raises(NotWritable):
            receive_rows(dataset=dataset, entity=entity, records=[GOOD], key="one", by=None)


def test_many_who_write_at_once_are_numbered_without_a_hole():
    dataset = make_written()

    in_threads(4, lambda index: write(dataset, GOOD | {"id": f"a-{index}"}, key=f"key-{index}"))
    in_threads(4, lambda index: write(dataset, GOOD, key="the same"))

    assert list(Receipt.objects.values_list("number", flat=True)) == [1, 2, 3, 4, 5]


def test_whoever_writes_is_in_the_audit_trail():
    writer = person(Role.AI_DEVELOPER)

    write(make_written(), GOOD, by=writer)

    event = AuditEvent.objects.get(action="dataset_rows_received")
    assert event.actor == writer
    assert event.details == {"entity": "opinion", "receipt": 1, "rows": 1}


def test_what_is_written_asks_for_a_build():
    dataset = make_written()
    built(dataset)
    assert request_due_builds(now=timezone.now()) == []

    write(dataset, GOOD)

    assert [each.dataset for each in request_due_builds(now=timezone.now())] == [dataset]


def test_a_build_keeps_to_what_it_pinned():
    dataset = make_written()
    write(dataset, GOOD)
    asked = request_build(dataset=dataset, by=None)
    started = build(build_id=asked.pk)
    write(dataset, GOOD | {"id": "a-2"}, key="two")

    assert started.received == {"opinion": 1}
    assert built(dataset).received == {"opinion": 2}
    assert len(opinions(dataset)) == 2


def test_what_was_received_outlives_a_change_of_the_model():
    dataset = make_written()
    write(dataset, GOOD)
    design = design_of(dataset)
    model = design.model.model_dump(mode="json")
    model["entities"][1]["attributes"].append({"name": "source_page"})
    recipe = design.recipes["opinion"].as_document()
    recipe["inputs"][0]["steps"][0]["columns"]["source_page"] = "page"
    recipes = {**design.recipes, "opinion": type(design.recipes["opinion"]).from_document(recipe)}

    change_design(
        dataset=dataset, design=type(design)(model=type(design.model).model_validate(model), recipes=recipes), by=None
    )
    write(dataset, GOOD | {"id": "a-2", "page": "/accueil"}, key="two")
    built(dataset)

    assert [row["source_page"] for row in opinions(dataset)] == [None, "/accueil"]


def test_what_was_received_goes_with_its_dataset():
    dataset = make_written()
    write(dataset, GOOD)

    delete_dataset(dataset=dataset, by=None)

    assert not Receipt.objects.exists()


def test_a_repeated_key_is_seen_by_the_build():
    dataset = make_written(max_rejected_share=60)
    write(dataset, GOOD)
    built(dataset)
    write(dataset, GOOD | {"score": 2}, key="two")

    done = built(dataset)

    assert [reason["code"] for reason in done.outputs.get(entity="opinion").reasons] == ["duplicate"]
    assert [row["score"] for row in opinions(dataset)] == [4]


# --- Processes that die ---------------------------------------------------------------------------
POINTS = ["before it is written", "written, not committed", "committed, not answered"]


@pytest.mark.processes
@pytest.mark.parametrize("point", POINTS)
def test_a_process_that_dies_while_it_receives_loses_and_doubles_nothing(forks, lake_folder, point):
    dataset = make_written()
    died = forks.run("tests.datasets.killed_receiving", dataset.pk, point, lake=lake_folder)
    assert died == -signal.SIGKILL
    kept = Receipt.objects.count()

    # The program does not know: it sends its request again.
    receipt, is_new = write(dataset, GOOD)
    built(dataset)

    assert (kept, is_new) == ((1, False) if point == "committed, not answered" else (0, True))
    assert receipt.number == 1
    assert [row["number"] for row in opinions(dataset)] == ["a-1"]


@pytest.mark.processes
@pytest.mark.parametrize("point", ["the runs are pinned", "the rows are written, not recorded", "the table is loaded"])
def test_a_build_that_dies_loses_and_doubles_nothing_of_what_was_received(forks, lake_folder, point):
    dataset = make_written()
    write(dataset, GOOD, GOOD | {"id": "a-2"})
    asked = request_build(dataset=dataset, by=None)
    assert forks.run("tests.datasets.killed", asked.pk, point, lake=lake_folder) == DEAD
    write(dataset, GOOD | {"id": "a-3"}, key="meanwhile")

    reap_all(now=timezone.now() + timedelta(hours=1))
    build(build_id=asked.pk)
    dataset.refresh_from_db()
    first = [row["number"] for row in opinions(dataset)]
    built(dataset)

    assert first == ["a-1", "a-2"]
    assert [row["number"] for row in opinions(dataset)] == ["a-1", "a-2", "a-3"]
