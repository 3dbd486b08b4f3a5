"""A form made from a pydantic model: its fields, what it gives back, and what pydantic refuses, in words."""

import pytest
from django import forms
from django.db.models import TextChoices
from django.utils import translation
from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from apps.collection.connectors.file.config import FileConfig
from apps.collection.forms.configuration import RawConfigurationForm, check, configuration_form
from apps.core.secrets import Secret
from tests.core.rendering import Page


class Paging(TextChoices):
    CURSOR = "cursor", "A cursor"
    NUMBER = "number", "A number"


class Auth(BaseModel):
    user: str
    tries: int = 3


class RestConfig(BaseModel):
    """A connector that does not exist yet: all the shapes that its settings may take."""

    model_config = ConfigDict(extra="forbid")

    url: str = Field(title="address", description="Where it answers.", min_length=3, max_length=200)
    token: str = Field(default="", json_schema_extra={"format": "password"})
    paging: Paging = Field(default=Paging.CURSOR, title="pages")
    order: Paging | None = None
    size: int = Field(default=100, ge=1, le=500)
    pause_s: float | None = Field(default=None, ge=0, title="pause, in seconds")
    is_strict: bool = False
    has_header: bool | None = None
    columns: list[str] = []
    codes: list[int] = []
    auth: Auth | None = None

    @field_validator("url")
    @classmethod
    def _is_safe(cls, url):
        if url.startswith("http:"):
            raise ValueError("It begins with https://.")
        return url


RestForm = configuration_form(RestConfig)
VALID = {"url": "https://a.example", "paging": "cursor", "size": "100"}


def test_each_setting_becomes_the_field_of_its_kind():
    kinds = {name: type(field) for name, field in RestForm(config={}).fields.items()}

    assert kinds["url"] is forms.CharField
    assert kinds["paging"] is kinds["order"] is kinds["has_header"] is forms.TypedChoiceField
    assert kinds["size"] is forms.IntegerField
    assert kinds["pause_s"] is forms.FloatField
    assert kinds["is_strict"] is forms.BooleanField
    assert kinds["columns"].__name__ == "LinesField"
    assert kinds["codes"].__name__ == kinds["auth"].__name__ == "YamlField"


def test_a_field_is_called_helped_and_required_as_the_model_says():
    fields = RestForm(config={}).fields

    assert (fields["url"].label, fields["url"].help_text, fields["url"].required) == (
        "Address",
        "Where it answers.",
        True,
    )
    assert (fields["pause_s"].label, fields["pause_s"].required) == ("Pause, in seconds", False)
    assert fields["paging"].choices == [("cursor", "A cursor"), ("number", "A number")]
    assert [value for value, _label in fields["order"].choices] == ["", "cursor", "number"]
    assert (fields["size"].min_value, fields["size"].max_value) == (1, 500)


def test_what_a_type_says_of_itself_is_not_shown():
    assert "Python" not in str(configuration_form(FileConfig)(config={})["encoding"].help_text)


def test_a_secret_is_never_written_in_the_page():
    form = RestForm(config={"token": "hunter2"})

    assert "hunter2" not in str(form["token"])


def test_what_is_left_out_is_left_out_of_the_settings():
    form = RestForm(VALID, config={})

    assert form.is_valid(), form.errors
    assert form.config == check(RestConfig, {"url": "https://a.example"})[0]
    assert "pause_s" not in form.config


def test_every_kind_of_value_comes_back_as_the_model_has_it():
    data = VALID | {
        "pause_s": "0.5",
        "is_strict": "on",
        "has_header": "false",
        "columns": "a\n\n b \n",
        "codes": "[1, 2]",
        "auth": "user: me",
    }

    form = RestForm(data, config={})

    assert form.is_valid(), form.errors
    assert form.config["pause_s"] == 0.5
    assert (form.config["is_strict"], form.config["has_header"]) == (True, False)
    assert (form.config["columns"], form.config["codes"]) == (["a", "b"], [1, 2])
    assert form.config["auth"] == {"user": "me"}


def test_settings_are_shown_as_they_are_and_come_back_the_same():
    config = check(RestConfig, {"url": "https://a.example", "has_header": True, "columns": ["é", "b"]})[0]
    form = RestForm(config=config)

    again = RestForm({name: form[name].value() or "" for name in form.fields}, config=config)

    assert again.is_valid(), again.errors
    assert again.config == config


def test_fields_set_elsewhere_are_not_asked_and_stay():
    form = configuration_form(RestConfig, besides=["url"])(
        {"paging": "number", "size": "9"}, config={"url": "https://b"}
    )

    assert "url" not in form.fields
    assert form.is_valid(), form.errors
    assert (form.config["url"], form.config["size"]) == ("https://b", 9)


@pytest.mark.parametrize(
    ("data", "place", "said"),
    [
        ({"url": "http://a.example"}, "url", "It begins with https://."),
        ({"url": "a"}, "url", "This text is too short: it needs 3 characters or more."),
        ({"size": "x"}, "size", "Enter a whole number."),
        ({"size": "9999"}, "size", "500"),
        ({"codes": "[a]"}, "codes", "A whole number is expected."),
        ({"auth": "tries: 2"}, "auth", "This field is required: add it."),
        ({"auth": "a: ["}, "auth", "This is not YAML"),
    ],
)
def test_what_is_refused_is_said_beside_its_field(data, place, said):
    with translation.override("en"):
        form = RestForm(VALID | data, config={})

        assert not form.is_valid()
        assert said in " ".join(form.errors[place])


def test_what_a_model_refuses_as_a_whole_is_said_above_the_form():
    form = configuration_form(FileConfig)({"delimiter": "comma"}, config={})

    with translation.override("en"):
        assert form.non_field_errors() == ["Give a file or an address, one of the two."]


def test_raw_settings_are_read_from_yaml_and_from_json():
    as_yaml = RawConfigurationForm({"raw": "url: https://a.example\nsize: 5"}, model=RestConfig, config={})
    as_json = RawConfigurationForm({"raw": '{"url": "https://a.example", "size": 5}'}, model=RestConfig, config={})

    assert as_yaml.is_valid()
    assert as_json.is_valid()
    assert as_yaml.config == as_json.config


def test_raw_settings_never_make_an_object_of_python():
    form = RawConfigurationForm({"raw": "url: !!python/object/apply:os.getcwd []"}, model=RestConfig, config={})

    assert not form.is_valid()


class SecretConfig(BaseModel):
    """Settings of which one is a secret, in two groups."""

    user: str = Field(default="", json_schema_extra={"group": "auth"})
    host: str = Field(default="", json_schema_extra={"group": "auth"})
    password: SecretStr | None = Field(default=None, json_schema_extra={"group": "auth"})
    delay: int = Field(default=1, json_schema_extra={"group": "pace"})


SecretForm = configuration_form(SecretConfig, titles={"auth": "Signing in", "pace": "Pace"})
SECRETS = {"password": "hunter2"}


def secret_form(data=None, **options):
    return SecretForm(data, config={"user": "Zoé"}, secrets=SECRETS, sealed=Secret.of("{}"), **options)


def test_a_secret_is_never_shown_and_is_told_to_be_there():
    page = str(secret_form())

    assert "hunter2" not in page
    assert "A value is stored" in page


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ({"password": ""}, "hunter2"),
        ({"password": "correct horse"}, "correct horse"),
        ({"password": "", "password-clear": "on"}, None),
    ],
    ids=["nothing typed", "another", "removed"],
)
def test_a_secret_stays_is_replaced_or_is_removed(typed, kept):
    form = secret_form({"user": "Zoé", "delay": "1"} | typed)

    assert form.is_valid()
    assert form.config["password"] == kept


def test_a_secret_is_asked_again_when_it_would_be_sent_elsewhere():
    form = secret_form({"user": "Zoé", "delay": "1", "host": "elsewhere.example.org", "password": ""})

    assert set(form.errors) == {"password"}
    assert secret_form({"user": "Zoé", "host": "elsewhere.example.org", "password": "another"}).is_valid()


def test_groups_are_folded_but_the_first_and_those_where_something_is_set():
    form = SecretForm(config={"delay": 5})
    plain = SecretForm(config={})

    assert [(str(group.title), group.is_open) for group in form.groups] == [("Signing in", True), ("Pace", True)]
    assert [group.is_open for group in plain.groups] == [True, False]
    assert Page(str(plain)).texts("summary") == ["Signing in", "Pace"]
