"""Models trained once, for all the tests that only look at them."""

from collections.abc import Iterator

import pytest
from sklearn.linear_model import LogisticRegression, Ridge
from threadpoolctl import threadpool_limits

from apps.inference import packaging
from tests.inference import package_factories as made


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> Iterator[None]:
    """Those of numerical libraries wait for one another, actively, where tests share a processor."""
    with threadpool_limits(limits=1):
        yield


@pytest.fixture(scope="session")
def of_tumours():
    return made.train(made.tumours(), LogisticRegression(max_iter=1_000))


@pytest.fixture(scope="session")
def of_progressions():
    return made.train(made.progressions(), Ridge(0.1))


@pytest.fixture(scope="session")
def of_reports():
    return made.train(made.reports(), LogisticRegression(max_iter=1_000, C=10))


@pytest.fixture(scope="session")
def package_of_tumours(of_tumours):
    return packaging.package(of_tumours)


@pytest.fixture(scope="session")
def package_of_progressions(of_progressions):
    return packaging.package(of_progressions)


@pytest.fixture(scope="session")
def package_of_reports(of_reports):
    return packaging.package(of_reports)
