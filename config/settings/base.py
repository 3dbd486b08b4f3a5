"""What every instance shares. The environment is read here, once, by django-environ: a value that is
missing or malformed stops the process at start, naming the variable. Each is described in docs/operations.md."""

import os
import tomllib
from datetime import timedelta
from pathlib import Path

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _
from kombu import Queue

from apps.core.error_reports import start_error_reports
from apps.core.logging import logging_settings
from config.settings.environment import BASE_DIR, VAR_DIR, broker_url, env, one_of, rate

# Read as pyarrow is imported: measured on a million rows, 20 MB less than with its own allocator, and as fast.
os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")

# --- Site -----------------------------------------------------------------------------------------
VERSION = tomllib.loads((BASE_DIR / "pyproject.toml").read_text())["project"]["version"]
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY")
# The first encrypts the secrets that are stored, all decrypt: see `manage.py rotate_secrets`.
FIELD_ENCRYPTION_KEYS = env.list("FIELD_ENCRYPTION_KEYS", default=[])
# The keys of pseudonyms follow from it, one for each dataset: recipes that make some are refused without it.
PSEUDONYM_KEY = env.str("PSEUDONYM_KEY", default="")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000").rstrip("/")
ORGANISATION_NAME = env.str("ORGANISATION_NAME", default="Écluse")
# Who runs this instance: the legal pages are made from it, and say what is missing.
ORGANISATION = {
    "name": ORGANISATION_NAME,
    "address": env.str("ORGANISATION_ADDRESS", default=""),
    "publication_director": env.str("PUBLICATION_DIRECTOR", default=""),
    "host": env.str("HOSTING_PROVIDER", default=""),
    "contact_email": env.str("CONTACT_EMAIL", default=""),
    "dpo_email": env.str("DPO_EMAIL", default=""),
    "source_code_url": env.str("SOURCE_CODE_URL", default=""),
}
ACCESSIBILITY_AUDIT = env.str("ACCESSIBILITY_AUDIT", default="")

INSTALLED_APPS = [
    # Before django.contrib.admin: these templates override the stock ones.
    "apps.core",
    "apps.accounts",
    "apps.collection",
    "apps.datasets",
    "apps.inference",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "rest_framework",
    "knox",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "csp",
    "django_htmx",
    "django_prometheus",
]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # After the static files, which need no line each.
    "apps.core.request_log.RequestLogMiddleware",
    # Outside of whatever may refuse a request: below /api/ even a refusal is JSON.
    "apps.core.api.boundary.ApiBoundaryMiddleware",
    "apps.core.api.short_way.ShortWayMiddleware",
    "csp.middleware.CSPMiddleware",
    "apps.core.well_formed.WellFormedMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    # After authentication: a person's saved language, theme and time zone win over the browser's.
    "apps.accounts.middleware.PreferencesMiddleware",
    "apps.core.access.AccessMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "apps.accounts.middleware.TwoFactorMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "apps.core.context_processors.shell",
            ],
        },
    },
]
FORM_RENDERER = "apps.core.forms.Renderer"

# --- Storage --------------------------------------------------------------------------------------
DATABASES = {"default": env.db_url("DATABASE_URL")}
DATABASES["default"] |= {
    "ENGINE": "apps.core.postgresql",
    "CONN_MAX_AGE": 60,
    "CONN_HEALTH_CHECKS": True,
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL")
CACHES = {
    "default": {
        "BACKEND": "apps.core.caching.CountingCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "ecluse",
    }
}

STATIC_URL = "/static/"
STATIC_ROOT: Path | None = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(VAR_DIR / "media")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # Segments, snapshots, quarantined rows: see apps/core/lake.py.
    "lake": {"BACKEND": "apps.core.lake.LakeStorage", "OPTIONS": {"location": MEDIA_ROOT / "lake"}},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# --- Sessions, cookies, headers -------------------------------------------------------------------
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = int(timedelta(days=14).total_seconds())
CSRF_COOKIE_HTTPONLY = True
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
        "img-src": [SELF, "data:"],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = env.int("DATA_UPLOAD_MAX_MEMORY_SIZE", default=5 * 1024 * 1024)
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
DATA_UPLOAD_MAX_NUMBER_FILES = 20
FILE_UPLOAD_PERMISSIONS = 0o640

# --- Languages and time ---------------------------------------------------------------------------
LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "Français"), ("en", "English")]
# The house’s words, then what libraries say, said again as the house says it.
LOCALE_PATHS = [BASE_DIR / "locale", BASE_DIR / "locale" / "libraries"]
FORMAT_MODULE_PATH = "config.formats"
TIME_ZONE = "Europe/Paris"
USE_TZ = True

# --- Accounts -------------------------------------------------------------------------------------
DEMONSTRATION = env.bool("DEMONSTRATION", default=False)
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "home"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["name", "email"]},
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = int(timedelta(hours=4).total_seconds())

SIGNUP_OPEN = env.bool("SIGNUP_OPEN", default=DEMONSTRATION)
ACCOUNT_ADAPTER = "apps.accounts.adapters.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "apps.accounts.forms.signing_in.LoginForm",
    "signup": "apps.accounts.forms.signing_in.SignupForm",
    "add_email": "apps.accounts.forms.signing_in.AddEmailForm",
    "change_password": "apps.accounts.forms.signing_in.ChangePasswordForm",
    "set_password": "apps.accounts.forms.signing_in.SetPasswordForm",
    "reset_password": "apps.accounts.forms.signing_in.ResetPasswordForm",
    "reset_password_from_key": "apps.accounts.forms.signing_in.ResetPasswordKeyForm",
    "reauthenticate": "apps.accounts.forms.signing_in.ReauthenticateForm",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""  # the template of every message has its own
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = int(timedelta(minutes=15).total_seconds())
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/300s/key",
    "signup": "10/h/ip",
    "reset_password": "10/m/ip,3/10m/key",
    "reset_password_from_key": "10/m/ip",
    "reauthenticate": "10/m/user",
    "change_password": "5/m/user",
    "manage_email": "10/m/user",
    "confirm_email": "1/3m/key",
}
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)

MFA_ADAPTER = "apps.accounts.adapters.TwoFactorAdapter"
MFA_FORMS = {
    "authenticate": "apps.accounts.forms.signing_in.TwoFactorForm",
    "reauthenticate": "apps.accounts.forms.signing_in.TwoFactorReauthenticateForm",
    "activate_totp": "apps.accounts.forms.signing_in.ActivateTotpForm",
    "add_webauthn": "apps.accounts.forms.signing_in.AddKeyForm",
    "edit_webauthn": "apps.accounts.forms.signing_in.EditKeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = ORGANISATION_NAME
MFA_TOTP_TOLERANCE = 1
# Browsers offer WebAuthn over plain HTTP on localhost only: what a demonstration needs, and nothing else.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEMONSTRATION
MFA_REQUIRED_ROLES = env.list("MFA_REQUIRED_ROLES", default=[])
USERSESSIONS_TRACK_ACTIVITY = True

LANGUAGE_COOKIE_AGE = int(timedelta(days=365).total_seconds())
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"

KNOX_TOKEN_MODEL = "accounts.ApiToken"  # noqa: S105 -- the name of a model
# Knox's own table is replaced by ours; without this line its migrations would still make it.
MIGRATION_MODULES = {"knox": None}
REST_KNOX = {"TOKEN_PREFIX": "ecl_", "AUTH_HEADER_PREFIX": "Bearer", "TOKEN_MODEL": KNOX_TOKEN_MODEL}
API_TOKEN_MAX_LIFETIME = timedelta(days=env.int("API_TOKEN_MAX_DAYS", default=90))
API_TOKEN_MAX_PER_USER = env.int("API_TOKEN_MAX_PER_USER", default=20)
# Seconds during which an accepted token is not looked up again; a revocation empties the cache at once.
API_TOKEN_CACHE_SECONDS = min(env.int("API_TOKEN_CACHE_SECONDS", default=10), 15)
AUDIT_RETENTION = timedelta(days=env.int("AUDIT_RETENTION_DAYS", default=365))

# --- REST -----------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["apps.accounts.authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": [
        "rest_framework.permissions.IsAuthenticated",
        "apps.accounts.permissions.HasScope",
    ],
    "DEFAULT_RENDERER_CLASSES": ["apps.core.api.media.Renderer"],
    "DEFAULT_PARSER_CLASSES": ["apps.core.api.media.Parser"],
    "DEFAULT_PAGINATION_CLASS": "apps.core.api.pagination.CursorPagination",
    "DEFAULT_SCHEMA_CLASS": "config.openapi.AutoSchema",
    "DEFAULT_METADATA_CLASS": "apps.core.api.media.Methods",
    "DEFAULT_THROTTLE_CLASSES": [
        "apps.core.api.throttling.AnonymousThrottle",
        "apps.core.api.throttling.TokenThrottle",
        "apps.core.api.throttling.UserThrottle",
    ],
    # Requests per second, minute, hour or day.
    "DEFAULT_THROTTLE_RATES": {
        "anonymous": rate(env.str("API_RATE_ANONYMOUS", default="60/minute")),
        "token": rate(env.str("API_RATE_TOKEN", default="600/minute")),
        "user": rate(env.str("API_RATE_USER", default="1200/minute")),
        "token_requests_by_address": "20/minute",
        "token_requests_by_account": "20/hour",
        "source_trials": "30/minute",
    },
    "EXCEPTION_HANDLER": "apps.core.api.problem_details.handle_exception",
    "NUM_PROXIES": ALLAUTH_TRUSTED_PROXY_COUNT,
    "URL_FORMAT_OVERRIDE": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "TEST_REQUEST_RENDERER_CLASSES": ["apps.core.api.media.Renderer"],
}
SPECTACULAR_SETTINGS = {
    "OAS_VERSION": "3.1.0",
    "TITLE": _("Écluse API"),
    "VERSION": "1.0.0",
    "SERVERS": [{"url": SITE_URL}],
    "SCHEMA_PATH_PREFIX": r"/api/v[0-9]+",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_SUFFIX": "",
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    # Fields of one name that hold different choices, and choices that fields of different names share.
    "ENUM_NAME_OVERRIDES": {
        "TokenState": "apps.accounts.models.ApiToken.State",
        "SourceState": "apps.collection.enums.SourceState",
        "RunState": "apps.collection.enums.RunState",
        "BuildState": "apps.datasets.enums.BuildState",
        # The same words of a source and of a dataset.
        "Visibility": "apps.datasets.enums.Visibility",
        "ColumnConfidentiality": "apps.datasets.enums.Confidentiality",
        "GateState": "apps.core.gates.GateState",
        "LoadMode": "apps.collection.enums.LoadMode",
        "RunMode": "apps.collection.enums.RunMode",
        "RequestedMode": "apps.collection.api.serializers.REQUESTED_MODES",
        "Reaction": "apps.collection.enums.Reaction",
        "Capability": "apps.inference.enums.Capability",
        "TrainingState": "apps.inference.enums.TrainingState",
        "TrainingCause": "apps.inference.enums.TrainingCause",
        "DeploymentCause": "apps.inference.enums.DeploymentCause",
        "Slot": "apps.inference.enums.Slot",
        "ReviewDecision": "apps.inference.enums.Decision",
    },
    "SERVE_INCLUDE_SCHEMA": False,
    "DISABLE_DOCSTRING_DESCRIPTIONS": True,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "apps.core.api.schema.complete_document",
    ],
    # The areas, in the order of the reference.
    "TAGS": [
        {"name": "platform", "x-displayName": _("Platform"), "description": _("What this instance offers.")},
        {"name": "health", "x-displayName": _("Health"), "description": _("Whether this instance is well.")},
        {
            "name": "collection",
            "x-displayName": _("Sources and runs"),
            "description": _("Making sources, collecting them, following their runs."),
        },
        {
            "name": "datasets",
            "x-displayName": _("Datasets"),
            "description": _("Reading the datasets: rows, versions, exports."),
        },
        {
            "name": "models",
            "x-displayName": _("Models"),
            "description": _("Asking the models in service, one by one or in batches."),
        },
        {
            "name": "inference",
            "x-displayName": _("Training and review"),
            "description": _("Training models, reviewing their versions, putting them in service, asking them."),
        },
        {"name": "auth", "x-displayName": _("Tokens"), "description": _("Making, renewing and revoking tokens.")},
    ],
}
# What stands for each parameter of an address in the commands of the reference, most of it from the demonstration.
API_PATH_EXAMPLES = {
    "sources/{slug}": "signalements",
    "datasets/{slug}": "signalements",
    "{slug}/{entity}": "signalement",
    "models/{slug}": "orientation",
    "withdraw/{slot}": "challenger",
    "ai-services/{slug}": "modele-de-langue",
    "ai-needs/{slug}": "repondre-aux-courriels",
}

# --- Datasets -------------------------------------------------------------------------------------
# What DuckDB may use in each process that cleans or reads Parquet files; past it, it works on the disk.
DUCKDB_MEMORY_MB = env.int("DUCKDB_MEMORY_MB", default=192)
DUCKDB_THREADS = env.int("DUCKDB_THREADS", default=2)
# What computes recipes: duckdb, in the process that builds, or spark, on the machines of SPARK_MASTER.
DATASET_ENGINE = one_of(env.str("DATASET_ENGINE", default="duckdb"), "duckdb", "spark")
SPARK_MASTER = env.str("SPARK_MASTER", default="local[*]")
DATASETS_WORK_DIR = MEDIA_ROOT / "work"

# --- Models ---------------------------------------------------------------------------------------
TRAINING_MAX_ROWS = env.int("TRAINING_MAX_ROWS", default=250_000)
# Modules of projects whose code may run here, with those inside them. None: it is code, not a setting.
TRAINING_ENTRY_POINTS = env.list("TRAINING_ENTRY_POINTS", default=[])
# Cores that one training computes on at a time. On one, the same seed makes the same model on any machine.
TRAINING_THREADS = env.int("TRAINING_THREADS", default=1)
TRAINING_WATTS_PER_CORE = env.float("TRAINING_WATTS_PER_CORE", default=3.5)

# --- Serving of models ----------------------------------------------------------------------------
# How often each process looks at what is deployed, and tells the others what it counted; 0: at each request.
SERVING_POLL_SECONDS = env.float("SERVING_POLL_SECONDS", default=1)
# How often it writes the log of predictions; 0: before each answer leaves.
SERVING_FLUSH_SECONDS = env.float("SERVING_FLUSH_SECONDS", default=0.25)
# What the files of the models that one process holds open may weigh together.
SERVING_MEMORY_MB = env.int("SERVING_MEMORY_MB", default=512)

# --- Outbound HTTP --------------------------------------------------------------------------------
OUTBOUND_ALLOWED_NETWORKS = env.list("OUTBOUND_ALLOWED_NETWORKS", default=[])
OUTBOUND_ALLOWED_HOSTS = env.list("OUTBOUND_ALLOWED_HOSTS", default=[])
OUTBOUND_ALLOWED_PORTS = env.list("OUTBOUND_ALLOWED_PORTS", cast=int, default=[80, 443])
OUTBOUND_PROXY = env.str("OUTBOUND_PROXY", default="")
OUTBOUND_CA_BUNDLE = env.str("OUTBOUND_CA_BUNDLE", default="")
OUTBOUND_CONNECT_TIMEOUT = env.float("OUTBOUND_CONNECT_TIMEOUT", default=10)
OUTBOUND_READ_TIMEOUT = env.float("OUTBOUND_READ_TIMEOUT", default=30)
OUTBOUND_TOTAL_TIMEOUT = env.float("OUTBOUND_TOTAL_TIMEOUT", default=120)
OUTBOUND_MAX_BYTES = env.int("OUTBOUND_MAX_BYTES", default=50 * 1024 * 1024)
OUTBOUND_MAX_REDIRECTS = env.int("OUTBOUND_MAX_REDIRECTS", default=5)
OUTBOUND_MAX_TRIES = env.int("OUTBOUND_MAX_TRIES", default=4)
OUTBOUND_REQUESTS_PER_SECOND = env.float("OUTBOUND_REQUESTS_PER_SECOND", default=10)

# --- Collection -----------------------------------------------------------------------------------
# What a source of kind "file" may weigh: as it is sent or downloaded, and again once it is decompressed.
COLLECT_MAX_FILE_BYTES = env.int("COLLECT_MAX_FILE_BYTES", default=2 * 1024**3)
# How long a run waits, in all, for a source that does not answer, before it fails.
COLLECT_RETRY_SECONDS = env.int("COLLECT_RETRY_SECONDS", default=1_800)
# The folders of the server that sources may read, with what lies beneath them: none, until an operator lists some.
COLLECT_FOLDERS = env.list("COLLECT_FOLDERS", default=[])

# --- Celery ---------------------------------------------------------------------------------------
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="") or broker_url(REDIS_URL)
# A task that outlives the visibility timeout would be given to a second worker while the first still runs it.
TASK_VISIBILITY_TIMEOUT = env.int("TASK_VISIBILITY_TIMEOUT", default=7_200)
CELERY_TASK_TIME_LIMIT = TASK_VISIBILITY_TIMEOUT * 11 // 12
# A run or a build whose worker died is taken back this long after its last sign of life.
WORK_LEASE_SECONDS = env.int("WORK_LEASE_SECONDS", default=60)
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CONCURRENCY = env.int("CELERY_WORKER_CONCURRENCY", default=2)
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
if CELERY_BROKER_URL.startswith(("redis", "sentinel")):
    # Redis gives back a dead worker's task only to a sweep, which by default takes place every 100 s.
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "visibility_timeout": TASK_VISIBILITY_TIMEOUT,
        "unacked_restore_interval": 10,
        "unacked_restore_throttle": 1,
    }
# Without a key of its own, a queue would share the default one's, and get a copy of each of its tasks.
CELERY_TASK_QUEUES = [Queue(name, routing_key=name) for name in ("default", "collect", "train")]
CELERY_TASK_DEFAULT_QUEUE = CELERY_TASK_DEFAULT_ROUTING_KEY = "default"
CELERY_TASK_ROUTES = {
    "apps.collection.tasks.collect_run": {"queue": "collect"},
    "apps.datasets.tasks.build_version": {"queue": "collect"},
    "apps.inference.tasks.train_model": {"queue": "train"},
    "apps.inference.tasks.answer_batch": {"queue": "train"},
}
CELERY_TASK_CREATE_MISSING_QUEUES = False  # a misspelt queue is an error, not a queue that nobody reads
CELERY_TASK_IGNORE_RESULT = True  # what a task did is a row of its own
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")

# --- E-mail ---------------------------------------------------------------------------------------
vars().update(env.email_url("EMAIL_URL"))
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="ecluse@localhost")

# --- Logs -----------------------------------------------------------------------------------------
LOG_FORMAT = env.str("LOG_FORMAT", default="json")
LOG_LEVEL = env.str("LOG_LEVEL", default="INFO").upper()
LOG_COLOURS = env.bool("LOG_COLOURS", default=False)
LOGGING = logging_settings(log_format=LOG_FORMAT, level=LOG_LEVEL, colours=LOG_COLOURS)
# Prometheus reads /metrics with this token; without one, only from the machine itself and past no proxy.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
# Under this much free space where files are kept, the instance says that it is not well.
MIN_FREE_DISK_MB = env.int("MIN_FREE_DISK_MB", default=500)
SENTRY_DSN = env.str("SENTRY_DSN", default="")
if SENTRY_DSN:
    start_error_reports(
        dsn=SENTRY_DSN,
        environment=env.str("SENTRY_ENVIRONMENT", default="production"),
        release=env.str("RELEASE", default=""),
        traces_sample_rate=env.float("SENTRY_TRACES_SAMPLE_RATE", default=0),
    )
