"""What masks show: the same from the table as from the snapshot, and never more than they say."""

import hashlib
import hmac
import json

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import QueryDict

from apps.datasets.enums import ColumnType, Confidentiality, Mask
from apps.datasets.reading import Table, parse_query, read_json
from apps.datasets.schema import ColumnSchema, EntitySchema
from tests.datasets.reading.tables import add_tables, make_dataset

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("lake_folder")]

SHOWN = [
    (ColumnType.TEXT, Mask.START, "38185", "38…"),
    (ColumnType.TEXT, Mask.START, "écluse", "éc…"),
    (ColumnType.TEXT, Mask.START, "Roux", "…"),
    (ColumnType.TEXT, Mask.START, "", "…"),
    (ColumnType.TEXT, Mask.START, None, None),
    (ColumnType.DATE, Mask.YEAR, "1984-02-29", 1984),
    (ColumnType.DATETIME, Mask.YEAR, "2025-12-31T23:30:00-05:00", 2026),
    (ColumnType.DATE, Mask.YEAR, None, None),
    (ColumnType.INTEGER, Mask.RANGE, 7, "0–10"),
    (ColumnType.INTEGER, Mask.RANGE, 43, "40–50"),
    (ColumnType.INTEGER, Mask.RANGE, 100, "100–200"),
    (ColumnType.INTEGER, Mask.RANGE, -43, "-50–-40"),
    (ColumnType.INTEGER, Mask.RANGE, 158198, "100000–200000"),
    (ColumnType.INTEGER, Mask.RANGE, 2**63 - 1, "≥ 1000000000000000000"),
    (ColumnType.INTEGER, Mask.RANGE, -(2**63), "≤ -1000000000000000000"),
    (ColumnType.INTEGER, Mask.RANGE, None, None),
    (ColumnType.DECIMAL, Mask.RANGE, "46.158720", "40–50"),
    (ColumnType.DECIMAL, Mask.RANGE, "0.000001", "0–10"),
    (ColumnType.FLOAT, Mask.RANGE, 1e300, "≥ 1000000000000000000"),
    (ColumnType.FLOAT, Mask.RANGE, -0.5, "-10–0"),
    (ColumnType.TEXT, Mask.PSEUDONYM, None, None),
]


def entity(kind, mask):
    secret = ColumnSchema(name="secret", type=kind, mask=mask, confidentiality=Confidentiality.RESTRICTED)
    return EntitySchema(name="line", columns=(ColumnSchema(name="rank", type=ColumnType.INTEGER), secret))


def shown_of(kind, mask, value, **dataset):
    """What a stranger is shown of this value, from the table then from the snapshot."""
    version = add_tables(make_dataset(**dataset), {entity(kind, mask): [[1, value]]}, has_snapshots=True)
    found = []
    for is_snapshot in (False, True):
        table = Table.of(version, AnonymousUser(), is_snapshot=is_snapshot)
        (row,) = json.loads(read_json(table, parse_query(QueryDict(), table)).rows)
        found.append(row["secret"])
    return found


@pytest.mark.parametrize(("kind", "mask", "value", "shown"), SHOWN)
def test_a_value_is_shown_under_its_mask_by_both_engines(kind, mask, value, shown):
    assert shown_of(kind, mask, value) == [shown, shown]


@pytest.mark.parametrize(("kind", "value"), [(ColumnType.TEXT, "Durand l’aîné"), (ColumnType.INTEGER, -12)])
def test_a_pseudonym_is_an_hmac_whose_key_is_that_of_the_masks_of_the_dataset(settings, kind, value):
    key = hmac.digest(settings.PSEUDONYM_KEY.encode(), b"masks:people", "sha256")
    expected = hmac.new(key, str(value).encode(), hashlib.sha256).hexdigest()[:16]

    assert shown_of(kind, Mask.PSEUDONYM, value, slug="people") == [expected, expected]


def test_without_a_key_what_would_be_a_pseudonym_is_hidden(settings):
    settings.PSEUDONYM_KEY = ""
    version = add_tables(make_dataset(), {entity(ColumnType.TEXT, Mask.PSEUDONYM): [[1, "Durand"]]})

    table = Table.of(version, AnonymousUser())

    assert (table.hidden, table.names) == (1, ("id", "rank"))
