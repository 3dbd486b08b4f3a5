"""A column that one may not read cannot be told from one that does not exist, whatever is asked.

Each question is asked twice, with the name of a hidden column or relation and with a name that nothing has: the answers
are the same, but for the name that was asked. Then the same dataset without its hidden columns answers the same.
"""

import re
from dataclasses import replace

import pytest
from django.db import connection
from rest_framework.test import APIClient

from apps.datasets.enums import PersonalData
from apps.datasets.models import VersionTable
from tests.datasets.reading.tables import LINKED, SERVICES, VISITS, add_tables, make_dataset

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_cache", "lake_folder")]

# Of the visits: two hidden columns, and a relation whose column is hidden. What stands for them is not there.
HIDDEN = ["patient", "sponsor_code", "sponsor"]
NOWHERE = "nothing"
QUESTIONS = [
    *(
        f"rows/?{question}"
        for question in (
            "{name}=Durand",
            "{name}__ne=Durand",
            "{name}__in=Durand,Petit",
            "{name}__range=A,B",
            "{name}__lt=M",
            "{name}__icontains=dur",
            "{name}__iendswith=nd",
            "{name}__isnull=true",
            "{name}__year=2026",
            "{name}__year__gte=2026",
            "{name}__nonsense=1",
            "order={name}",
            "order=-{name},number",
            "columns={name}",
            "columns=number,{name}",
            "expand={name}",
            "expand=service,{name}",
            "{name}__label=x",
            "{name}=Durand&count=exact",
            "{name}=Durand&version=1",
            "order={name}&version=1",
            "expand={name}&version=1",
        )
    ),
    "rows/1/?columns={name}",
    "rows/1/?expand={name}",
    "rows/by-key/?number=1&{name}=Durand",
    "rows/by-key/?number=1&columns={name}",
    "rows/aggregate/?group_by={name}",
    "rows/aggregate/?group_by={name}__year",
    "rows/aggregate/?count={name}",
    "rows/aggregate/?min={name}",
    "rows/aggregate/?max={name}&version=1",
    "rows/aggregate/?sum={name}",
    "rows/aggregate/?order={name}",
    "rows/aggregate/?{name}=Durand",
    "rows/statistics/?columns={name}",
    "rows/statistics/?{name}=1",
    "export/?columns={name}",
    "export/?{name}=Durand",
    "export/?order={name}&format=parquet",
    "{name}/rows/",
]
# What shows all there is to see.
WHOLE = [
    "rows/",
    "rows/?expand=service",
    "rows/?q=durand",
    "rows/?q=moreau+roux",
    "rows/?version=1&expand=service",
    "rows/1/",
    "rows/by-key/?number=1",
    "rows/aggregate/?group_by=service_code&count=*",
    "rows/statistics/",
    "service/rows/",
    "service/rows/aggregate/?max=label",
    "service/rows/statistics/",
    "schema/",
    "export/?format=csv",
    "export/?format=jsonl",
]


def answer_of(slug: str, question: str, name: str) -> tuple[int, str]:
    """The status and the body, without the name that was asked and without what is of this request alone."""
    answer = APIClient().get(f"/api/v1/datasets/{slug}/{question.format(name=name)}")
    text = re.sub(r"urn:ecluse:request:\w+", "", answer.getvalue().decode(errors="replace"))
    return answer.status_code, text.replace(name, NOWHERE)


def without_hidden():
    """The same entities, where what is hidden never was."""
    visible = {}
    for schema, rows in LINKED.items():
        kept = [rank for rank, each in enumerate(schema.columns) if each.personal_data == PersonalData.NONE]
        names = {schema.columns[rank].name for rank in kept}
        shown = replace(
            schema,
            columns=tuple(schema.columns[rank] for rank in kept),
            foreign_keys=tuple(each for each in schema.foreign_keys if set(each.columns) <= names),
        )
        visible[shown] = [[row[rank] for rank in kept] for row in rows]
    return visible


@pytest.fixture
def slug(db):
    """Served in its second version; the first is read from its snapshot."""
    dataset = make_dataset(name="Visits", slug="visits")
    add_tables(dataset, LINKED, has_snapshots=True)
    add_tables(dataset, LINKED, has_snapshots=True)
    return dataset.slug


@pytest.mark.parametrize("name", HIDDEN)
@pytest.mark.parametrize("question", QUESTIONS)
def test_a_hidden_name_is_answered_as_one_that_does_not_exist(slug, question, name):
    hidden, nowhere = answer_of(slug, question, name), answer_of(slug, question, NOWHERE)

    assert hidden == nowhere
    assert hidden[0] in {400, 404}


@pytest.mark.parametrize("question", WHOLE)
def test_nothing_that_is_answered_tells_of_what_is_hidden(slug, question):
    status, text = answer_of(slug, question, "-")

    assert status == 200
    hidden_names = [
        column.name for schema in (VISITS, SERVICES) for column in schema.columns if column.personal_data != "none"
    ]
    for told in [*hidden_names, "sponsor", "Durand", "Roux"]:
        assert told not in text, told


@pytest.mark.parametrize("question", WHOLE)
def test_all_is_as_if_what_is_hidden_never_was(slug, question):
    other = make_dataset(name="Others", slug="others")
    add_tables(other, without_hidden(), has_snapshots=True)
    add_tables(other, without_hidden(), has_snapshots=True)

    theirs = answer_of(other.slug, question, "-")

    assert answer_of(slug, question, "-") == (
        theirs[0],
        theirs[1].replace("others", "visits").replace("Others", "Visits"),
    )


def test_an_etag_does_not_change_with_what_is_hidden(slug):
    api = APIClient()
    addresses = [f"/api/v1/datasets/{slug}/{place}" for place in ("rows/", "rows/1/", "rows/aggregate/", "schema/")]
    before = [api.get(each)["ETag"] for each in addresses]
    table = VersionTable.objects.get(version__dataset__slug=slug, version__replaced_at=None, position=0).table
    with connection.cursor() as cursor:
        cursor.execute(f'UPDATE data."{table}" SET patient = %s', ["Someone else"])  # noqa: S608 -- ours

    assert [api.get(each)["ETag"] for each in addresses] == before
