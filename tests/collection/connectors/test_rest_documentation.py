"""The settings shown in the documentation are settings, and are told in a form."""

import re
from pathlib import Path

import pytest
import yaml

from apps.collection.connectors import CONNECTORS
from apps.collection.connectors.rest import RestConnector
from apps.collection.connectors.rest.config import RestConfig
from apps.collection.forms.configuration import configuration_form
from apps.collection.sealing import secret_names

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "collect-from-an-api.md"
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_settings_of_the_documentation_are_accepted(example):
    given = yaml.safe_load(example)

    config = RestConfig.model_validate(given)

    assert {name: getattr(config, name) for name in given} == given


def test_the_connector_is_registered_and_each_setting_has_its_page_and_its_group():
    assert isinstance(CONNECTORS["rest"], RestConnector)
    placed = {name: field.json_schema_extra for name, field in RestConfig.model_fields.items()}
    assert {each["step"] for each in placed.values()} == {"location", "settings"}
    assert {each["group"] for each in placed.values()} == set(RestConnector.GROUPS)


def test_the_secrets_are_those_that_are_kept_apart():
    assert secret_names(RestConfig) == {"password", "token", "api_key", "client_secret"}


def test_the_form_of_the_settings_gives_them_back():
    form = configuration_form(RestConfig)(
        {
            **{name: field.initial for name, field in configuration_form(RestConfig).base_fields.items()},
            "url": "https://example.org/api",
            "params": "year: 2024\nday: 2024-12-31\n",
        },
        config={},
    )

    assert form.is_valid(), form.errors
    assert form.config["params"] == {"year": 2024, "day": "2024-12-31"}
    assert RestConfig.model_validate(form.config).pagination == "auto"
