"""The settings of the servers that tests start: the database and the lake of the test, all threads on."""

import os

from config.settings.test import *  # noqa: F403 -- settings files are read as one namespace

DATABASES["default"]["NAME"] = os.environ["TEST_DATABASE"]  # noqa: F405 -- as above
STORAGES["lake"]["OPTIONS"] = {"location": os.environ["TEST_LAKE"]}  # noqa: F405
DATABASES["default"]["CONN_MAX_AGE"] = 60  # noqa: F405
LOG_LEVEL = "INFO"
