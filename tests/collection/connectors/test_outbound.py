"""What the guard refuses, as errors of a collection: which port, and who can open it."""

import pytest

from apps.collection.connectors import CONNECTORS
from apps.collection.connectors.outbound import AddressNotUsable, PortNotOpen, outbound_errors
from apps.collection.connectors.web.config import WebConfig
from apps.collection.connectors.web.reading import read_site
from apps.core.http import fetch
from tests.collection.connectors import shop


@pytest.mark.parametrize("port", [0, 22, 6379])
def test_a_port_that_is_not_open_is_named_with_the_setting_that_opens_it(port):
    with pytest.raises(PortNotOpen) as caught, outbound_errors():
        fetch(f"https://data.example:{port}/private?key=x")

    assert caught.value.details == {"host": "data.example", "port": port}
    assert f"Port {port} of data.example" in str(caught.value.message)
    assert "OUTBOUND_ALLOWED_PORTS" in str(caught.value.message)
    assert "443" not in str(caught.value.message)


def test_an_address_that_is_none_says_nothing_of_ports():
    with pytest.raises(AddressNotUsable), outbound_errors():
        fetch("ftp://data.example/")


@pytest.mark.parametrize("kind", ["rest", "file", "web"])
def test_a_check_of_a_source_says_which_port(kind):
    config = {
        "rest": {"url": "https://data.example:8443/api"},
        "file": {"url": "https://data.example:8443/a.csv"},
        "web": shop.CONFIG | {"start_urls": ["https://data.example:8443/"]},
    }[kind]
    connector = CONNECTORS[kind]

    access = connector.check(connector.Config.model_validate(config))

    assert not access.is_well
    assert "Port 8443 of data.example" in access.message


@pytest.mark.processes
def test_a_visit_says_which_port():
    config = WebConfig.model_validate(shop.CONFIG | {"start_urls": ["https://data.example:8443/"]})

    with pytest.raises(PortNotOpen) as caught:
        list(read_site(config, None))

    assert caught.value.details["port"] == 8443
