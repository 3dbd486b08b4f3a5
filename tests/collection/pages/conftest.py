"""People who open the pages, and a small file with two records that are not whole."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation

from apps.accounts.roles import Role
from apps.collection.collecting import collect
from apps.collection.requesting import request_run
from apps.collection.sourcing import create_source, keep_upload, open_source
from tests.accounts.factories import UserFactory
from tests.core.http.conftest import open_loopback, over, site, sites

__all__ = ["open_loopback", "over", "site", "sites"]

CSV = "nom;ville;montant\nZoé;Besançon;1,5\nLuc;Dole;2\nMax\nAna;Gray;3;=1+1\n".encode()


@pytest.fixture(autouse=True)
def _own_limits(own_cache):
    """Those of each test begin anew."""


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def signed_in_as(client, db):
    """The browser of someone who has this role and reads English."""

    def signed_in_as(role):
        client.force_login(UserFactory(role=role, language="en"))
        return client

    return signed_in_as


@pytest.fixture
def browser(signed_in_as):
    """The browser of an AI developer."""
    return signed_in_as(Role.AI_DEVELOPER)


@pytest.fixture
def upload():
    return lambda content=CSV, name="gens.csv": SimpleUploadedFile(name, content, content_type="text/csv")


@pytest.fixture
def file_source(db):
    """An open source that reads CSV, by default with a limit that its two bad records do not pass."""

    def file_source(content=CSV, name="Gens", *, is_open=True, **fields):
        stored = keep_upload(file=BytesIO(content), name="gens.csv")
        config = {"upload": {"digest": stored.digest, "name": stored.name}}
        asked = {"purpose": "Testing", "legal_basis": "public_task", "max_rejected_share": 60} | fields
        source = create_source(name=name, kind="file", config=config, by=None, **asked)
        return open_source(source=source, by=None) if is_open else source

    return file_source


@pytest.fixture
def collected(transactional_db, file_source):
    """A run of such a source that went to its end; collecting renews its lease in a thread, so it is committed."""

    def collected(source=None, **fields):
        return collect(run_id=request_run(source=source or file_source(**fields), by=None).pk)

    return collected
