"""The test suite: fast hashing, tasks and e-mails under the test's control, the same middleware as production.

It reads no `.env` file: what a developer's instance uses is none of its business.
"""

import os
import re

from config.embedded import EmbeddedServices
from config.settings.environment import TEST_DIR, broker_url, fill_in

_embedded = EmbeddedServices(TEST_DIR)
EMBEDDED_DATABASE = not os.environ.get("DATABASE_URL")
EMBEDDED_REDIS = not os.environ.get("REDIS_URL")
fill_in(
    SECRET_KEY="a key for tests only, known to everyone",  # noqa: S106 -- as it says
    FIELD_ENCRYPTION_KEYS="a-key-for-tests-only-known-to-everyone-----=",
    PSEUDONYM_KEY="a key for the pseudonyms of tests, known to everyone",
    DATABASE_URL=_embedded.database_url,
    REDIS_URL=_embedded.redis_url,
    EMAIL_URL="memorymail://",
    # What fails fails at once, but where patience is what is tested.
    COLLECT_RETRY_SECONDS="0",
    # The tests are one address, which asks for more in a minute than a visitor does.
    API_RATE_ANONYMOUS="6000/minute",
    # A test reads what it has just written: no thread does it later, which would see nothing of its transaction.
    SERVING_POLL_SECONDS="0",
    SERVING_FLUSH_SECONDS="0",
    # Not where an instance keeps its files. Tests have a place each session (tests/conftest.py), named in the
    # environment for the processes that they start.
    MEDIA_ROOT=str(TEST_DIR / "media"),
)

from config.settings.base import *  # noqa: E402, F403 -- once the environment is filled in


def _own_number(url: str) -> str:
    """The Redis database of this worker of the suite: the one that is named, then the next ones (gw0, gw1…)."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    if not re.search(r"[=/]\d+$", url):
        url = f"{url.rstrip('/')}/0"
    return re.sub(r"\d+$", lambda number: str(int(number[0]) + worker), url)


REDIS_URL = _own_number(REDIS_URL)
CACHES["default"]["LOCATION"] = REDIS_URL
CELERY_BROKER_URL = broker_url(REDIS_URL)

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
# Nothing is collected: the live server of the browser tests finds each file where it is written.
STATIC_ROOT = None
INSTALLED_APPS += ["tests.core.testapp"]

# The audit trail refuses TRUNCATE (accounts migration 0005), with which Django empties the tables between tests that
# commit. Only the suite's connections carry this flag; tests of the refusal take it off.
DATABASES["default"]["OPTIONS"] = {"options": "-c ecluse.audit_truncate=on"}
