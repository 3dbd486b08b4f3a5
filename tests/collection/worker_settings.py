"""The settings of the processes that tests of the collection start: the database, lake and broker of the test."""

import os

from config.settings.test import *  # noqa: F403 -- settings files are read as one namespace

DATABASES["default"]["NAME"] = os.environ["TEST_DATABASE"]  # noqa: F405 -- as above
STORAGES["lake"]["OPTIONS"] = {"location": os.environ["TEST_LAKE"]}  # noqa: F405
CELERY_BROKER_URL = os.environ.get("CELERY_BROKER_URL", "")
