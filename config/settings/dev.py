"""A developer's machine and the demonstration: everything on loopback, e-mails in the terminal.

What `make run` started is found here without a variable set, so that `manage.py` works beside it.
"""

import warnings

from celery.exceptions import SecurityWarning

from config.embedded import EmbeddedServices
from config.settings.environment import BASE_DIR, RUN_DIR, VAR_DIR, env, fill_in, read_file

read_file(BASE_DIR / ".env")
read_file(RUN_DIR / "secrets.env")
read_file(RUN_DIR / "world.env")
_embedded = EmbeddedServices(RUN_DIR)
fill_in(
    DATABASE_URL=_embedded.database_url,
    REDIS_URL=_embedded.redis_url,
    EMAIL_URL="consolemail://",
    LOG_FORMAT="console",
    DEMONSTRATION="true",
)
if env.bool("DEMONSTRATION"):
    # The town hall that the demonstration collects from is on this machine, which nothing else may be called on.
    fill_in(
        OUTBOUND_ALLOWED_NETWORKS="127.0.0.1/32",
        OUTBOUND_ALLOWED_PORTS=f"80,443,{env.int('DEMO_WORLD_PORT', default=8100)}",
        COLLECT_FOLDERS=str(VAR_DIR / "world"),
    )

from config.settings.base import *  # noqa: E402, F403 -- once the environment is filled in

# A container of a developer often runs as root, and tasks are JSON: nothing follows from it here.
warnings.filterwarnings("ignore", category=SecurityWarning)

# Files are served from where they are written: no collectstatic between an edit and a reload.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_USE_FINDERS = True
STATIC_ROOT = None

if vars()["EMAIL_BACKEND"] == "django.core.mail.backends.console.EmailBackend":
    EMAIL_BACKEND = "apps.core.emails.TerminalBackend"
