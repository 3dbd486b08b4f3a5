"""Secrets: readable by who uses them, under any key of the list, and shown nowhere."""

import logging
import pickle
from datetime import UTC, datetime
from io import StringIO

import pytest
import time_machine
from cryptography.fernet import Fernet
from django.contrib import admin
from django.core import serializers as dumps
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import connection, models
from django.forms import Form, modelform_factory
from django.forms.models import model_to_dict
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st
from rest_framework import serializers

from apps.core.errors import PermanentFailure
from apps.core.secrets import EncryptedTextField, Secret
from apps.core.secrets.checks import check_keys
from apps.core.secrets.forms import SecretFormField
from apps.core.secrets.rotation import rotate_secrets
from apps.core.secrets.serializers import HasSecretField
from tests.core.testapp.models import Safe

CLEAR = "pa55 wörd: s3cret"
OLD, NEW, OTHER = (Fernet.generate_key().decode() for _ in range(3))
SET_AT = datetime(2026, 3, 1, 12, tzinfo=UTC)

SafeForm = modelform_factory(Safe, fields=["name", "password", "api_key"])


class SafeSerializer(serializers.ModelSerializer):
    has_password = HasSecretField(source="password")

    class Meta:
        model = Safe
        fields = ["name", "password", "has_password"]


def safe(**fields):
    return Safe.objects.create(**{"name": "box", "password": CLEAR, "api_key": CLEAR, **fields})


def in_database(column="password"):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM testapp_safe")  # noqa: S608 -- a column of this test
        return cursor.fetchone()[0]


def submit(instance, **data):
    form = SafeForm({"name": "box", **data}, instance=instance)
    assert form.is_valid(), form.errors.as_json()
    form.save()
    instance.refresh_from_db()
    return instance


@given(text=st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1))
def test_what_is_encrypted_is_read_back_the_same(text):
    assert Secret.of(text).reveal() == text


@pytest.mark.django_db
def test_the_database_holds_a_versioned_ciphertext():
    safe()

    stored = in_database()

    assert stored.startswith("v1:")
    assert CLEAR not in stored
    assert Safe.objects.get().password.reveal() == CLEAR


@pytest.mark.django_db
@pytest.mark.parametrize("nothing", ["", None])
def test_having_no_secret_is_null_and_can_be_looked_up(nothing):
    box = safe(password=nothing)

    assert box.password is None
    assert in_database() is None
    assert Safe.objects.filter(password__isnull=True).get() == box


@pytest.mark.django_db
def test_an_update_in_bulk_encrypts_too():
    safe()

    Safe.objects.update(password="another")

    assert in_database().startswith("v1:")
    assert Safe.objects.get().password.reveal() == "another"


@pytest.mark.parametrize("lookup", ["password", "password__exact", "password__startswith", "password__in"])
def test_a_secret_cannot_be_looked_up(lookup):
    with pytest.raises(FieldError):
        Safe.objects.filter(**{lookup: CLEAR})


@pytest.mark.django_db
def test_a_secret_is_shown_by_no_text_no_dump_and_no_dictionary(caplog):
    box = safe()
    logging.getLogger("apps").error("%s %r %s", box, box.password, vars(box))

    shown = [
        str(box),
        repr(box.password),
        f"{box.password}",
        repr(vars(box)),
        repr(model_to_dict(box)),
        repr(list(Safe.objects.values())),
        *(dumps.serialize(language, [box]) for language in ("json", "xml", "yaml")),
        caplog.text,
        pickle.dumps(box).decode("latin-1"),
    ]

    assert [text for text in shown if CLEAR in text or "s3cret" in text] == []


@pytest.mark.django_db
def test_a_dump_that_is_loaded_back_sets_no_secret():
    [loaded] = dumps.deserialize("json", dumps.serialize("json", [safe()]))

    assert loaded.object.password is None


@pytest.mark.django_db
def test_a_secret_under_a_key_that_is_gone_fails_for_good_naming_its_row_only(settings):
    settings.FIELD_ENCRYPTION_KEYS = [OLD]
    box = safe()
    settings.FIELD_ENCRYPTION_KEYS = [OTHER]

    with pytest.raises(PermanentFailure) as raised:
        Safe.objects.get().password.reveal()

    assert raised.value.subject == f"testapp.safe:{box.pk}"
    assert CLEAR not in str(raised.value)
    assert raised.value.__cause__ is None


@pytest.mark.parametrize("stored", ["v1:garbage", "v0:old", "plain text", "v1:"])
def test_what_was_never_encrypted_here_fails_for_good(stored):
    secret = Secret(stored)

    assert secret.set_at is None
    with pytest.raises(PermanentFailure):
        secret.reveal()


@pytest.mark.django_db
def test_the_date_of_a_secret_survives_its_rotation(settings):
    settings.FIELD_ENCRYPTION_KEYS = [OLD]
    with time_machine.travel(SET_AT, tick=False):
        secret = Secret.of(CLEAR)
    settings.FIELD_ENCRYPTION_KEYS = [NEW, OLD]

    renewed = secret.renewed()

    assert renewed.stored != secret.stored
    assert renewed.is_current
    assert renewed.set_at == secret.set_at == SET_AT


# --- Rotation


@pytest.mark.django_db
def test_rotation_counts_first_then_rewrites_then_finds_nothing_to_do(settings):
    settings.FIELD_ENCRYPTION_KEYS = [OLD]
    safe()
    settings.FIELD_ENCRYPTION_KEYS = [NEW, OLD]
    before = in_database()

    dry, wet, again = StringIO(), StringIO(), StringIO()
    call_command("rotate_secrets", stdout=dry)
    assert in_database() == before
    call_command("rotate_secrets", "--write", stdout=wet)
    call_command("rotate_secrets", "--write", stdout=again)

    assert "testapp.Safe.password: 1 stored, 1 to rewrite" in dry.getvalue()
    assert "testapp.Safe.password: 1 stored, 1 rewritten" in wet.getvalue()
    assert "testapp.Safe.password: 1 stored, 0 rewritten" in again.getvalue()
    settings.FIELD_ENCRYPTION_KEYS = [NEW]
    assert Safe.objects.get().password.reveal() == CLEAR


@pytest.mark.django_db
def test_a_rotation_that_was_stopped_is_taken_up_where_it_ended(settings):
    settings.FIELD_ENCRYPTION_KEYS = [OLD]
    for _ in range(10):
        safe(password=None)
    settings.FIELD_ENCRYPTION_KEYS = [NEW, OLD]
    stopped = rotate_secrets(write=True, batch_size=3)
    while "Safe.api_key" not in (rotation := next(stopped)).label:
        pass
    assert rotation.stale == 3
    stopped.close()

    [*_, rotation] = [step for step in rotate_secrets(write=True, batch_size=3) if "Safe.api_key" in step.label]

    assert (rotation.stored, rotation.stale) == (10, 7)


@pytest.mark.django_db
def test_a_rotation_tells_what_no_key_opens_and_rewrites_the_rest(settings):
    settings.FIELD_ENCRYPTION_KEYS = [OTHER]
    lost = safe()
    settings.FIELD_ENCRYPTION_KEYS = [OLD]
    kept = safe()
    settings.FIELD_ENCRYPTION_KEYS = [NEW, OLD]

    with pytest.raises(CommandError, match=f"testapp.safe:{lost.pk}"):
        call_command("rotate_secrets", "--write", stdout=StringIO())

    settings.FIELD_ENCRYPTION_KEYS = [NEW]
    kept.refresh_from_db()
    assert kept.password.reveal() == CLEAR


# --- Keys


@pytest.mark.parametrize(
    ("keys", "problem"),
    [([], "core.E001"), (["too short"], "core.E001"), ([OLD, "é" * 44], "core.E001"), ([OLD, NEW], None)],
    ids=["missing", "malformed", "second malformed", "sound"],
)
def test_keys_are_checked_without_being_quoted(settings, keys, problem):
    settings.FIELD_ENCRYPTION_KEYS = keys

    found = check_keys(None)

    assert [error.id for error in found] == ([problem] if problem else [])
    assert not any(key in str(error) for error in found for key in keys)


def test_the_key_of_the_sessions_is_refused(settings):
    settings.FIELD_ENCRYPTION_KEYS = [settings.SECRET_KEY, OLD]
    settings.SECRET_KEY = OLD

    assert [error.id for error in check_keys(None)] == ["core.E001"]
    settings.FIELD_ENCRYPTION_KEYS = [OLD]
    assert [error.id for error in check_keys(None)] == ["core.E002"]


def test_nothing_is_encrypted_without_a_key(settings):
    settings.FIELD_ENCRYPTION_KEYS = []

    with pytest.raises(ImproperlyConfigured):
        Secret.of(CLEAR)


# --- Forms


@pytest.mark.django_db
def test_a_form_never_renders_the_stored_value_and_says_since_when_there_is_one():
    with time_machine.travel(SET_AT, tick=False):
        box = safe()

    html = str(SafeForm(instance=box))

    assert "s3cret" not in html
    assert box.password.stored not in html
    assert "2026" in html
    assert 'name="password-clear"' in html
    assert 'name="api_key-clear"' not in html
    assert 'aria-describedby="id_password-stored"' in html


def test_a_form_sends_back_nothing_of_what_was_typed():
    form = SafeForm({"name": "", "password": CLEAR, "api_key": CLEAR})

    assert not form.is_valid()
    assert "s3cret" not in str(form)


@pytest.mark.django_db
def test_an_empty_submission_keeps_the_secret():
    box = submit(safe(), password="", api_key="")

    assert box.password.reveal() == CLEAR
    assert box.api_key.reveal() == CLEAR


@pytest.mark.django_db
def test_a_typed_value_replaces_the_secret():
    assert submit(safe(), password="new one").password.reveal() == "new one"


@pytest.mark.django_db
def test_the_box_removes_the_secret():
    assert submit(safe(), **{"password-clear": "on"}).password is None


@pytest.mark.django_db
def test_typing_and_removing_at_once_is_refused():
    form = SafeForm({"name": "box", "password": "new", "password-clear": "on"}, instance=safe())

    assert form.errors.as_data()["password"][0].code == "contradiction"


@pytest.mark.django_db
def test_a_required_secret_is_asked_for_once_and_cannot_be_removed():
    missing = SafeForm({"name": "box"})
    removed = SafeForm({"name": "box", "api_key-clear": "on"}, instance=safe())

    assert missing.errors.as_data()["api_key"][0].code == "required"
    assert removed.errors.as_data()["api_key"][0].code == "required"


def test_a_form_of_its_own_can_ask_for_a_secret():
    class Connect(Form):
        token = SecretFormField()

    form = Connect({"token": CLEAR})

    assert form.is_valid()
    assert form.cleaned_data["token"] == CLEAR
    assert form.has_changed()
    assert not Connect({}).has_changed()


def test_a_secret_too_long_to_be_one_is_refused():
    assert "password" in SafeForm({"name": "box", "password": "x" * 10_001}).errors


@pytest.mark.django_db
def test_the_administration_uses_the_same_field_without_being_told():
    class SafeAdmin(admin.ModelAdmin):
        list_display = ["name", "password"]

    form = SafeAdmin(Safe, admin.site).get_form(RequestFactory().get("/"))(instance=safe())

    assert isinstance(form.fields["password"], SecretFormField)
    assert "s3cret" not in str(form)


# --- REST


@pytest.mark.django_db
def test_the_api_says_whether_there_is_a_secret_and_nothing_else():
    assert SafeSerializer(safe()).data == {"name": "box", "has_password": True}
    assert SafeSerializer(safe(password=None)).data == {"name": "box", "has_password": False}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("data", "expected"),
    [({}, CLEAR), ({"password": " new "}, " new "), ({"password": None}, None)],
    ids=["left out", "given", "null"],
)
def test_the_api_keeps_replaces_or_removes_a_secret(data, expected):
    serializer = SafeSerializer(safe(), data=data, partial=True)
    serializer.is_valid(raise_exception=True)

    stored = serializer.save().password

    assert (stored.reveal() if stored else None) == expected
    assert "s3cret" not in repr(serializer)


def test_the_field_can_be_written_in_a_migration():
    _name, path, args, kwargs = Safe._meta.get_field("password").deconstruct()

    assert path == "apps.core.secrets.EncryptedTextField"
    assert isinstance(EncryptedTextField(*args, **kwargs), models.Field)
    assert "null" not in kwargs
