"""The ledger is true: each fault is in what is served, and little else is."""

from collections import Counter
from datetime import datetime

import pytest

from apps.collection.world.ledger import Kind, Source
from apps.collection.world.planting import as_told
from apps.collection.world.vocabulary import vocabulary
from tests.collection.world import stores

READERS = {
    Source.API: stores.api,
    Source.EXPORTS: stores.exports,
    Source.SITE: stores.site,
    Source.DATABASE: stores.database,
    Source.LAKE: stores.lake,
}


@pytest.fixture(scope="module")
def served(demo_world):
    """The records of each source, as they are served."""
    return {source: read(demo_world) for source, read in READERS.items()}


@pytest.fixture(scope="module")
def by_kind(demo_world):
    def of(kind, source=None):
        return [fault for fault in demo_world.faults if fault.kind is kind and source in {None, fault.source}]

    return of


@pytest.mark.parametrize("source", Source)
def test_what_the_ledger_says_is_what_is_served(demo_world, served, source):
    faults = [fault for fault in demo_world.faults if fault.source is source]
    in_a_text = {Kind.TYPO}
    told_elsewhere = {Kind.EXTRA_CELL}

    assert faults
    for fault in faults:
        record = served[source][fault.place, fault.identifier]
        value = as_told(record.get(fault.field))
        if fault.kind in in_a_text:
            assert fault.served in value
        elif fault.kind not in told_elsewhere:
            assert (value or None) == (fault.served or None), fault
        assert fault.served != fault.truth


def test_the_ledger_that_is_served_is_the_one_of_the_world(demo_world):
    told = demo_world.get("/registre.json").json()["defauts"]

    assert [(each["kind"], each["identifier"]) for each in told] == [
        (fault.kind, fault.identifier) for fault in demo_world.faults
    ]


def test_every_kind_is_planted(demo_world):
    assert {fault.kind for fault in demo_world.faults} == set(Kind)


def test_a_record_has_one_planted_fault_at_most(demo_world):
    counts = Counter((fault.source, fault.place, fault.identifier) for fault in demo_world.faults)

    assert counts.most_common(1)[0][1] == 1


def test_duplicates_across_sources_are_in_both_and_differ_a_little(demo_world, served, by_kind):
    for fault in by_kind(Kind.DUPLICATE_ACROSS):
        in_api = served[Source.API][fault.place, fault.identifier]
        in_export = served[Source.EXPORTS][fault.truth, fault.identifier]
        if None in in_export:
            continue  # a cell too many: its columns are not where they should
        assert in_api["declarant"]["courriel"] == in_export["Courriel"]
        assert in_api["declarant"]["telephone"] == in_export["Téléphone"].replace(" ", "")


def test_no_other_reference_is_in_both(served, by_kind):
    both = {key for _, key in served[Source.API]} & {key for _, key in served[Source.EXPORTS]}

    assert both == {fault.identifier for fault in by_kind(Kind.DUPLICATE_ACROSS)}


@pytest.mark.parametrize(("source", "field"), [(Source.API, "texte"), (Source.EXPORTS, "Description")])
def test_duplicates_within_a_source_end_with_the_words_of_the_original(served, by_kind, source, field):
    texts = {key: record[field] for (_, key), record in served[source].items()}
    faults = by_kind(Kind.DUPLICATE_WITHIN, source)

    assert faults
    assert all(texts[fault.identifier].endswith(texts[fault.truth]) for fault in faults)


def test_every_date_of_the_exports_is_well_written_but_for_those_of_the_ledger(served, by_kind):
    wrong = set()
    for (_, key), row in served[Source.EXPORTS].items():
        try:
            datetime.strptime(row["Créé le"], "%d/%m/%Y %H:%M")  # noqa: DTZ007 -- as it is written
        except ValueError:
            wrong.add(key)

    ledger = by_kind(Kind.IMPOSSIBLE_DATE, Source.EXPORTS) + by_kind(Kind.UNPARSABLE_DATE, Source.EXPORTS)
    assert wrong == {fault.identifier for fault in ledger}


def test_every_service_is_well_written_but_for_those_of_the_ledger(served, by_kind):
    names = {service.name for service in vocabulary().services}
    for source, field in [(Source.API, "service"), (Source.EXPORTS, "Service"), (Source.SITE, "service")]:
        wrong = {key for (_, key), row in served[source].items() if row[field] and row[field] not in names}
        assert wrong == {fault.identifier for fault in by_kind(Kind.SERVICE_VARIANT, source)}


def test_every_row_has_its_cells_but_for_those_of_the_ledger(served, by_kind):
    wrong = {key for (_, key), row in served[Source.EXPORTS].items() if None in row}

    assert wrong == {fault.identifier for fault in by_kind(Kind.EXTRA_CELL)}


def test_every_measure_is_likely_but_for_those_of_the_ledger(served, demo_world):
    wrong = {
        key
        for (_, key), row in served[Source.LAKE].items()
        if not -60 < row["valeur"] < 200  # not a number either
    }

    assert wrong == {fault.identifier for fault in demo_world.faults if fault.source is Source.LAKE}
