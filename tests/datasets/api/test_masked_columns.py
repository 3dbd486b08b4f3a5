"""What is masked tells nothing but what its mask shows, whatever is asked.

Two datasets differ only by values that their masks show alike: every answer to whoever may not read these as they are
is the same for both, to the byte, errors, tags and cursors included. And the values themselves are in none.
"""

import re
from dataclasses import replace
from urllib.parse import unquote

import pyarrow.parquet as pq
import pytest
from django.contrib.auth.models import AnonymousUser
from django.core import signing
from django.urls import reverse
from rest_framework.test import APIClient

from apps.accounts.roles import Role
from apps.datasets.differing import difference
from apps.datasets.enums import ColumnType, Confidentiality, Mask, PersonalData
from apps.datasets.models import Dataset, Version
from apps.datasets.reading import Table
from apps.datasets.reading.cursors import SALT
from apps.datasets.schema import ColumnSchema, EntitySchema, ForeignKey
from tests.accounts.factories import issue
from tests.api_matrix import person
from tests.datasets.reading.tables import add_tables, make_dataset

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_cache", "lake_folder")]

RESTRICTED = {"confidentiality": Confidentiality.RESTRICTED}
PEOPLE = EntitySchema(
    name="person",
    columns=(
        ColumnSchema(name="badge", type=ColumnType.TEXT, is_key=True, mask=Mask.START, **RESTRICTED),
        ColumnSchema(name="town", type=ColumnType.TEXT),
        ColumnSchema(name="born_on", type=ColumnType.DATE, mask=Mask.YEAR, personal_data=PersonalData.DIRECT),
        ColumnSchema(name="wage", type=ColumnType.INTEGER, mask=Mask.RANGE, choices=("2000", "2400"), **RESTRICTED),
        ColumnSchema(name="chief", type=ColumnType.TEXT, mask=Mask.START, **RESTRICTED),
    ),
    foreign_keys=(ForeignKey(name="boss", columns=("chief",), entity="person", references=("badge",)),),
)
# What differs from one to the other is shown alike.
ROWS = [
    ["AB-1001", "Brest", "1984-03-01", 2000, "AB-1002"],
    ["AB-1002", "Lyon", "1984-11-30", 2400, None],
    ["CD-2001", "Brest", "1990-01-01", 3100, "AB-1001"],
]
OTHERS = [
    ["AB-9001", "Brest", "1984-12-31", 2999, "AB-7002"],
    ["AB-7002", "Lyon", "1984-01-02", 2001, None],
    ["CD-5001", "Brest", "1990-06-06", 3999, "AB-9001"],
]
SECRETS = ["1001", "1002", "2001", "1984-", "1990-", "2400", "3100", "2999"]
QUESTIONS = [
    "rows/",
    "rows/1/",
    "rows/?limit=1&order=wage",
    "rows/?limit=1&order=-born_on,badge",
    "rows/?order=badge&count=exact",
    "rows/?badge=AB-1001",
    "rows/?badge=AB-1001&count=exact",
    "rows/?badge__startswith=AB",
    "rows/?badge__contains=1001",
    "rows/?badge__gte=AB-1001&badge__lt=AB-1002",
    "rows/?badge__in=AB-1001,AB-1002",
    "rows/?badge__iexact=ab-1001",
    "rows/?born_on=1984",
    "rows/?born_on=1984-03-01",
    "rows/?born_on__lt=1985&order=born_on",
    "rows/?born_on__month=3",
    "rows/?wage=2400",
    "rows/?wage__gte=2400",
    "rows/?wage__range=2000,2400",
    "rows/?chief__isnull=true",
    "rows/?q=AB-1001",
    "rows/?q=brest",
    "rows/?expand=boss",
    "rows/?version=1",
    "rows/?version=1&badge=AB-1001",
    "rows/?version=1&order=-wage",
    "rows/by-key/?badge=AB-1001",
    "rows/aggregate/?group_by=badge&count=*",
    "rows/aggregate/?group_by=born_on&count=*",
    "rows/aggregate/?group_by=born_on__year",
    "rows/aggregate/?group_by=town&min=wage,born_on&max=wage,badge",
    "rows/aggregate/?sum=wage",
    "rows/aggregate/?avg=wage",
    "rows/aggregate/?count=badge,wage&version=1",
    "rows/aggregate/?wage__gte=2400",
    "rows/statistics/",
    "rows/statistics/?columns=wage",
    "export/?format=csv",
    "export/?format=jsonl&order=wage",
    "export/?format=csv&badge=AB-1001",
    "schema/",
    "datapackage/",
    "csvw/",
    "",
]


def published(slug, rows):
    dataset = make_dataset(name=slug.title(), slug=slug)
    for _version in range(2):
        add_tables(dataset, {PEOPLE: rows}, has_snapshots=True)
    return dataset


@pytest.fixture
def pair(db):
    """Twins, published at the same instants."""
    ours, theirs = published("ours", ROWS), published("theirs", OTHERS)
    for version in ours.versions.all():
        Version.objects.filter(dataset=theirs, number=version.number).update(
            published_at=version.published_at, replaced_at=version.replaced_at
        )
    return ours, theirs


def told(api, slug, question):
    """All that an answer tells, but for what is of its address and of this request."""
    answer = api.get(f"/api/v1/datasets/{slug}/{question}")
    body = answer.getvalue().decode()
    cursors = [signing.loads(unquote(each), salt=SALT)[1:] for each in re.findall(r"cursor=([^\"&]+)", body)]
    # Microseconds too: any number may be found in them.
    for pattern in (r"urn:ecluse:request:\w+", r"cursor=[^\"&]+", r"(?<=T\d\d:\d\d:\d\d)\.\d+"):
        body = re.sub(pattern, "", body)
    named = {"ours": "it", "Ours": "It", "theirs": "it", "Theirs": "It"}
    return answer.status_code, re.sub("ours|Ours|theirs|Theirs", lambda found: named[found[0]], body), cursors


@pytest.mark.parametrize("question", QUESTIONS)
def test_values_that_are_shown_alike_are_answered_alike(pair, question):
    ours, theirs = pair

    assert told(APIClient(), ours.slug, question) == told(APIClient(), theirs.slug, question)


@pytest.mark.parametrize("question", QUESTIONS)
def test_no_masked_value_is_in_any_answer(pair, question):
    _status, body, cursors = told(APIClient(), pair[0].slug, question)

    for secret in SECRETS:
        if secret not in question:  # what one asks for is repeated in the links of pages
            assert secret not in body
            assert secret not in str(cursors)


def test_a_masked_key_finds_no_row_and_is_followed_by_no_relation(pair):
    api = APIClient()
    place = f"/api/v1/datasets/{pair[0].slug}/rows/"

    assert api.get(f"{place}by-key/?badge=AB-1001").status_code == 404
    assert api.get(f"{place}?expand=boss").status_code == 400


def test_filters_sorts_and_groups_meet_the_masked_values(pair):
    api = APIClient()
    place = f"/api/v1/datasets/{pair[0].slug}/rows/"

    found = api.get(f"{place}?badge=AB…&order=-id").json()["results"]
    groups = api.get(f"{place}aggregate/?group_by=wage&count=*").json()["results"]

    assert [row["id"] for row in found] == [2, 1]
    assert found[0] | {"id": 1} == {
        "id": 1,
        "badge": "AB…",
        "town": "Lyon",
        "born_on": 1984,
        "wage": "2000–3000",
        "chief": None,
    }
    assert groups == [{"wage": "2000–3000", "count": 2}, {"wage": "3000–4000", "count": 1}]


@pytest.mark.parametrize("place", ["rows/", "rows/1/", "rows/aggregate/", "rows/statistics/", "schema/"])
def test_the_tag_of_what_is_read_whole_does_not_stand_for_what_is_masked(pair, place):
    whole, stranger = APIClient(), APIClient()
    secret = issue(person(Role.AI_DEVELOPER), scopes=["datasets:read"]).secret
    whole.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    address = f"/api/v1/datasets/{pair[0].slug}/{place}"
    tag = whole.get(address)["ETag"]

    again, masked = whole.get(address, HTTP_IF_NONE_MATCH=tag), stranger.get(address, HTTP_IF_NONE_MATCH=tag)

    assert (again.status_code, masked.status_code) == (304, 200)
    assert whole.get(address)["Cache-Control"] == "private, no-cache"


def test_an_export_is_made_of_masked_values(pair, tmp_path):
    file = tmp_path / "rows.parquet"
    file.write_bytes(APIClient().get(f"/api/v1/datasets/{pair[0].slug}/export/?format=parquet").getvalue())

    rows = pq.read_table(file).to_pylist()

    assert rows[0] == {"id": 1, "badge": "AB…", "town": "Brest", "born_on": 1984, "wage": "2000–3000", "chief": "AB…"}


def test_the_file_of_a_version_is_made_of_masked_values(pair, tmp_path, client):
    file = tmp_path / "rows.parquet"
    file.write_bytes(client.get(reverse("datasets:version_file", args=[pair[0].slug, 1])).getvalue())

    assert pq.read_table(file).column("wage").to_pylist() == ["2000–3000", "2000–3000", "3000–4000"]


def test_a_difference_tells_of_no_change_that_its_mask_hides(pair):
    dataset = pair[0]
    add_tables(dataset, {PEOPLE: OTHERS}, has_snapshots=True)
    before, after = (Table.of(dataset.versions.get(number=each), AnonymousUser()) for each in (2, 3))

    found = difference(before, after)

    assert found.is_empty


def test_a_cursor_of_masked_values_is_of_no_use_where_they_are_read_whole(pair):
    stranger, whole = APIClient(), APIClient()
    secret = issue(person(Role.AI_DEVELOPER), scopes=["datasets:read"]).secret
    whole.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    address = f"/api/v1/datasets/{pair[0].slug}/rows/?order=wage&limit=1"

    masked, plain = stranger.get(address).json()["next"], whole.get(address).json()["next"]

    assert (stranger.get(masked).status_code, whole.get(plain).status_code) == (200, 200)
    assert (whole.get(masked).status_code, stranger.get(plain).status_code) == (400, 400)


def test_whoever_reads_as_far_reads_the_values(pair):
    api = APIClient()
    secret = issue(person(Role.AI_DEVELOPER), scopes=["datasets:read"]).secret
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")

    found = api.get(f"/api/v1/datasets/{pair[0].slug}/rows/?wage__gte=2400&order=-wage&expand=boss").json()["results"]

    assert [(row["badge"], row["wage"]) for row in found] == [("CD-2001", 3100), ("AB-1002", 2400)]
    assert found[0]["boss"]["badge"] == "AB-1001"


def test_what_becomes_masked_is_so_at_once_in_the_versions_before(pair):
    """The first version said nothing of it; the current one does."""
    dataset = Dataset.objects.get(slug="ours")
    plain = replace(PEOPLE, columns=tuple(replace(each, **_OPEN) for each in PEOPLE.columns))
    first = dataset.versions.get(number=1)
    first.schema = {"entities": [plain.as_json()]}
    first.save()

    found = APIClient().get("/api/v1/datasets/ours/rows/?version=1").json()["results"]

    assert [row["wage"] for row in found] == ["2000–3000", "2000–3000", "3000–4000"]


_OPEN = {"personal_data": PersonalData.NONE, "confidentiality": Confidentiality.PUBLIC, "mask": Mask.HIDDEN}
