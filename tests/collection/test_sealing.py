"""The secrets of a source: kept apart, encrypted, put back only where the source is called."""

from typing import ClassVar

import pytest
from pydantic import BaseModel, SecretStr

from apps.collection.connectors import CONNECTORS
from apps.collection.exceptions import SourceRefused
from apps.collection.models import Source
from apps.collection.sealing import unseal
from apps.collection.sourcing import change_source, create_source

pytestmark = pytest.mark.django_db


class VaultConfig(BaseModel):
    door: str = "front"
    host: str = "vault.example.org"
    code: SecretStr | None = None


class Vault:
    kind: ClassVar[str] = "vault"
    Config: ClassVar[type[VaultConfig]] = VaultConfig


@pytest.fixture(autouse=True)
def _vault(monkeypatch):
    monkeypatch.setitem(CONNECTORS._by_kind, "vault", Vault())


@pytest.fixture
def source():
    return create_source(name="Vault", kind="vault", config={"door": "back", "code": "1234"}, by=None)


def test_a_secret_is_not_among_the_settings_and_is_encrypted(source):
    stored = Source.objects.values("config", "secrets").get()

    assert stored["config"] == {"door": "back"}
    assert "1234" not in str(stored)
    assert unseal(Source.objects.get().secrets) == {"code": "1234"}


@pytest.mark.parametrize(
    ("config", "kept"),
    [
        ({"door": "side"}, {"code": "1234"}),
        ({"door": "side", "code": "9999"}, {"code": "9999"}),
        ({"door": "side", "code": None}, {}),
    ],
    ids=["not given", "another", "removed"],
)
def test_a_secret_that_is_not_given_stays(source, config, kept):
    change_source(source=source, changes={"config": config}, by=None)

    assert unseal(Source.objects.get().secrets) == kept
    assert Source.objects.get().config == {"door": "side"}


def test_a_secret_is_not_sent_to_another_place_than_it_was_given_for(source):
    with pytest.raises(SourceRefused) as refusal:
        change_source(source=source, changes={"config": {"door": "side", "host": "elsewhere.example.org"}}, by=None)

    assert set(refusal.value.fields) == {"config.code"}
    given = {"host": "elsewhere.example.org", "code": "5678"}
    change_source(source=source, changes={"config": given}, by=None)
    assert unseal(Source.objects.get().secrets) == {"code": "5678"}
