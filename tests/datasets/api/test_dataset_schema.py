"""`GET /api/v1/datasets/<slug>/schema/`: an OpenAPI document that is valid, and that clients are made from."""

import datetime as dt
import importlib
import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import QueryDict
from openapi_spec_validator import OpenAPIV31SpecValidator
from rest_framework.test import APIClient

from apps.accounts.roles import Role
from apps.datasets.models import Dataset
from apps.datasets.reading import Table, parse_query, read_json
from tests.api_matrix import person, token_of
from tests.datasets.factories import built
from tests.datasets.reading.tables import LINKED, PATIENTS, add_version, publish, publish_linked
from tests.datasets.received import GOOD, make_written

pytestmark = pytest.mark.usefixtures("own_cache")


def document(version, **headers: str) -> dict:
    answer = APIClient().get(f"/api/v1/datasets/{version.dataset.slug}/schema/", headers=headers)
    assert answer.status_code == 200
    told: dict = json.loads(answer.content)
    return told


@pytest.mark.django_db
@pytest.mark.parametrize("make", [publish, publish_linked])
def test_the_document_is_valid(make):
    OpenAPIV31SpecValidator(document(make())).validate()


@pytest.mark.django_db
def test_rows_have_the_types_of_their_columns_and_what_is_said_of_them():
    told = document(publish_linked())["components"]["schemas"]["VisitRow"]["properties"]

    assert told["number"] == {"type": "integer", "format": "int64"}
    assert told["day"] == {"type": ["string", "null"], "format": "date"}
    assert told["service"]["oneOf"] == [{"$ref": "#/components/schemas/ServiceRow"}, {"type": "null"}]


@pytest.mark.django_db
def test_every_filter_of_the_document_is_understood():
    version = publish()
    told, table = document(version), Table.of(version, AnonymousUser())
    samples = {"string": "A", "integer": "1", "number": "1.5", "boolean": "true"}
    formats = {"date": "2026-01-01", "date-time": "2026-01-01T00:00:00Z"}

    for parameter in told["components"]["parameters"].values():
        column, _separator, operator = parameter["name"].partition("__")
        schema = parameter["schema"]
        value = formats.get(schema.get("format"), samples[schema["type"]])
        if operator in {"in", "range"}:
            one = told["components"]["parameters"][f"patient.{column}"]["schema"]
            value = ",".join([formats.get(one.get("format"), samples[one["type"]])] * 2)
        asked = QueryDict(mutable=True)
        asked[parameter["name"]] = value
        read_json(table, parse_query(asked, table))


@pytest.mark.django_db
def test_the_document_tells_each_reader_of_what_they_may_read():
    version = publish()
    developer = token_of(person(Role.AI_DEVELOPER), scopes=["datasets:read"])

    anyone = document(version)
    more = document(version, Authorization=developer.authorization)

    assert "surname" not in json.dumps(anyone)
    assert "surname" in more["components"]["schemas"]["PatientRow"]["properties"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("lake_folder", "no_table_left")
def test_whoever_may_write_rows_is_told_how_where_the_recipe_takes_some():
    dataset = make_written(visibility="public")
    version = built(dataset).version
    developer = token_of(person(Role.AI_DEVELOPER), scopes=["datasets:read"])

    anyone = document(version)
    told = document(version, Authorization=developer.authorization)

    OpenAPIV31SpecValidator(told).validate()
    paths = {path.rsplit("/", 3)[1]: methods.keys() for path, methods in told["paths"].items() if path[-6:] == "/rows/"}
    assert paths == {"town": {"get"}, "opinion": {"get", "post"}}
    assert set(told["components"]["schemas"]["OpinionWritten"]["properties"]) == set(GOOD)
    assert not [path for path, methods in anyone["paths"].items() if "post" in methods]
    assert "OpinionWritten" not in anyone["components"]["schemas"]


@pytest.mark.django_db
def test_the_document_is_made_again_when_the_dictionary_changes():
    version = publish()
    before = document(version)
    Dataset.objects.filter(pk=version.dataset.pk).update(schema_version=2)
    version.dataset.refresh_from_db()
    add_version(version.dataset, PATIENTS)

    assert (before["info"]["version"], document(version)["info"]["version"]) == ("1", "2")


@pytest.mark.django_db
def test_a_dataset_without_a_version_has_no_document():
    Dataset.objects.create(name="Empty", slug="empty", visibility="public")

    assert APIClient().get("/api/v1/datasets/empty/schema/").json()["code"] == "not_published"


@pytest.fixture
def generated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A function that makes a client of a document, and gives a function that imports a module of it."""

    def generate(told: dict):
        source, config = tmp_path / "document.json", tmp_path / "config.yaml"
        source.write_text(json.dumps(told))
        config.write_text("post_hooks: []\n")
        tool = str(Path(sys.executable).parent / "openapi-python-client")
        command = [tool, "generate", "--path", str(source), "--meta", "none", "--config", str(config)]
        command += ["--output-path", str(tmp_path / "visits_client"), "--fail-on-warning"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stdout + done.stderr
        monkeypatch.syspath_prepend(tmp_path)
        return lambda name: importlib.import_module(f"visits_client.{name}")

    yield generate
    for name in [name for name in sys.modules if name.split(".")[0] == "visits_client"]:
        del sys.modules[name]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("no_table_left")
def test_a_generated_client_reads_the_rows(live_server, generated):
    version = publish_linked()
    module = generated(document(version))
    client = module("client").Client(base_url=live_server.url, raise_on_unexpected_status=True)

    with client:
        page = module("api.visit.list_visit").sync(
            client=client, expand="service", order="-day", day_gte=dt.date(2026, 1, 1), service_code="CAR"
        )
        one = module("api.service.get_service_by_key").sync(client=client, code="URG")
        groups = module("api.visit.aggregate_visit").sync(client=client, group_by="service_code", count="*")

    assert [row.number for row in page.results] == [2, 1]
    assert page.results[0].day == dt.date(2026, 2, 10)
    assert page.results[0].service.label == "Cardiologie"
    assert page.results[0].service.opened_on == dt.date(1990, 5, 1)
    assert page.next_ is None
    assert one.label == "Urgences"
    assert sum(group["count"] for group in groups.results) == len(next(iter(LINKED.values())))
