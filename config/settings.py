"""The settings of the archive, all from environment variables; the README lists them.

With none of them set, everything local (database, messages, data, media) lives under ``var/``.
"""

import os
import secrets
from datetime import timedelta
from ipaddress import ip_network
from math import ceil
from pathlib import Path
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()

PROJECT_ROOT = Path(__file__).resolve().parent.parent
# As an installed package it keeps nothing beside its code.
_HOME = PROJECT_ROOT if (PROJECT_ROOT / "manage.py").exists() else Path.cwd()
LOCAL_ROOT = Path(env.str("LOCAL_ROOT", default=str(_HOME / "var")))
LOCAL_ROOT.mkdir(parents=True, exist_ok=True)


def _local_secret_key() -> str:
    """Make a secret key for the embedded database once, readable by its owner only, and keep it."""
    path = LOCAL_ROOT / "secret-key"
    try:
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(50))
    except FileExistsError:
        pass
    return path.read_text()


# --- The archive -----------------------------------------------------------------------------------------------------

SCIENCE_DATA_ROOT = Path(env.str("SCIENCE_DATA_ROOT", default=str(LOCAL_ROOT / "data")))
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(LOCAL_ROOT / "media")))
MEDIA_URL = "/media/"
ARCHIVE_BASE_URL = env.str("ARCHIVE_BASE_URL", default="http://localhost:8000").rstrip("/")
ARCHIVE_CONTACT_EMAIL = env.str("ARCHIVE_CONTACT_EMAIL", default="")
X_ACCEL_PREFIX = env.str("X_ACCEL_PREFIX", default="")

_VOCABULARIES = PROJECT_ROOT / "datacubes" / "vocabularies"
TAG_VOCABULARIES = {
    "feature": env.str("FEATURES_VOCABULARY", default=str(_VOCABULARIES / "features.txt")),
    "event": env.str("EVENTS_VOCABULARY", default=str(_VOCABULARIES / "events.txt")),
}

IMAGE_PREVIEW_SIDES = {  # Pixels of the longer side: for a list, a page, and a screen of high density.
    "thumbnail": env.int("THUMBNAIL_SIDE", default=240),
    "page": env.int("PAGE_PREVIEW_SIDE", default=800),
    "high_density": env.int("HIGH_DENSITY_PREVIEW_SIDE", default=1600),
}

ORDER_LEASE_SECONDS = env.float("ORDER_LEASE_SECONDS", default=60.0)
ORDER_MAX_ATTEMPTS = env.int("ORDER_MAX_ATTEMPTS", default=5)
ORDER_RETRY_SECONDS = env.float("ORDER_RETRY_SECONDS", default=10.0)
ORDER_SWEEP_SECONDS = env.float("ORDER_SWEEP_SECONDS", default=5.0)
ORDER_TIME_LIMIT_SECONDS = env.int("ORDER_TIME_LIMIT_SECONDS", default=600)
WORKER_MEMORY_LIMIT_MB = env.int("WORKER_MEMORY_LIMIT_MB", default=2048)

SVO_API_URL = env.str("SVO_API_URL", default="")
SVO_USERNAME = env.str("SVO_USERNAME", default="")
SVO_API_KEY = env.str("SVO_API_KEY", default="")
SVO_MAX_REMOVALS = env.float("SVO_MAX_REMOVALS", default=0.1)
SVO_SYNC_HOUR = env.int("SVO_SYNC_HOUR", default=3)

# --- Services --------------------------------------------------------------------------------------------------------

_database_url = env.str("DATABASE_URL", default="")
if _database_url:
    _database = env.db_url_config(_database_url)
    _database["CONN_MAX_AGE"] = None
    _database["CONN_HEALTH_CHECKS"] = True
else:
    _database = {"ENGINE": "django.db.backends.sqlite3", "NAME": LOCAL_ROOT / "archive.sqlite3"}
if _database["ENGINE"] == "django.db.backends.postgresql":
    # PostgreSQL would compile some statements of the lists, which takes longer than the statements. And it ends a
    # transaction whose process has stopped in the middle of it after as long as a lease: its locks would last longer
    # than the lease otherwise, and hold up whoever posts or claims the order.
    _options = f"-c jit=off -c idle_in_transaction_session_timeout={ceil(1000 * ORDER_LEASE_SECONDS)}"
    _database.setdefault("OPTIONS", {}).setdefault("options", _options)
if _database["ENGINE"] == "django.db.backends.sqlite3":
    # Writers wait for each other at the start of a transaction rather than fail in the middle of it.
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
DATABASES = {"default": _database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="filesystem://")

# --- Django ----------------------------------------------------------------------------------------------------------

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="")
if not SECRET_KEY:
    if _database_url:
        raise ImproperlyConfigured(
            "SECRET_KEY is not set. With a DATABASE_URL it must be: a long random text, kept secret."
        )
    SECRET_KEY = _local_secret_key()
_base_url = urlsplit(ARCHIVE_BASE_URL)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]", _base_url.hostname])
CSRF_TRUSTED_ORIGINS = [f"{_base_url.scheme}://{_base_url.netloc}"]

if _base_url.scheme == "https":
    # TLS ends at the web server in front, which must set (never pass on) X-Forwarded-Proto.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True

INSTALLED_APPS = [
    "axes",
    "operations.admin_app.ArchiveAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "rest_framework",
    "rest_framework.authtoken",
    "common",
    "common.mail",
    "datacubes",
    "catalogue",
    "accounts",
    "svo",
    "workorders",
    "operations",
    "devtools",
]
MIDDLEWARE = [
    "operations.health.answer_health_checks",
    "django.middleware.security.SecurityMiddleware",
    "common.http.security_headers.security_headers",
    "common.http.body_limit.limit_body",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
AUTHENTICATION_BACKENDS = [
    # First: who has tried too often is not looked up.
    "accounts.login_limits.NetworkLimit",
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "catalogue"
LOGOUT_REDIRECT_URL = "catalogue"

# A password can be tried so often for one account from one network; then both wait together. Nobody can lock people out
# who come from elsewhere. The count is in the database, which all processes share.
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_LOCKOUT_CALLABLE = "accounts.login_limits.too_many_attempts"
AXES_CLIENT_IP_CALLABLE = "common.http.client_address.client_network"
AXES_SENSITIVE_PARAMETERS = ["username", "csrfmiddlewaretoken"]  # Some type the password where the name belongs.
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
CLIENT_ADDRESS_HEADER = env.str("CLIENT_ADDRESS_HEADER", default="")

# Mail is stored, and workers send it to the server that is named here: no request waits for it. Without a server, the
# archive sends none.
SENDS_MAIL = bool(env.str("EMAIL_URL", default=""))
if SENDS_MAIL:
    globals().update(env.email_url("EMAIL_URL"))
EMAIL_BACKEND = "common.mail.backend.QueueingBackend" if SENDS_MAIL else "django.core.mail.backends.dummy.EmailBackend"
EMAIL_TIMEOUT = 10  # Seconds, for each step of the conversation with the server.
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default=ARCHIVE_CONTACT_EMAIL or f"archive@{_base_url.hostname}")

LANGUAGE_CODE = "en-gb"
FORMAT_MODULE_PATH = ["config.formats"]
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = LOCAL_ROOT / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.DjangoModelPermissions"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "URL_FORMAT_OVERRIDE": None,  # The form of an answer is a matter of the header Accept, never of a parameter.
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Solar archive",
    "DESCRIPTION": (
        "Find and download the data cubes of the archive, and, for pipelines, order their ingestion. Reading needs no "
        "account. Times are UTC, wavelengths are in nm, angles in arcsec, sizes in bytes. A request whose first line "
        "(method, address with its query, and version) is longer than 4094 bytes gets 414 from the web server. "
        "Any request gets 503 with Retry-After while the database is away: send it again."
    ),
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    # The documentation's scripts come from this server, and it asks no other for a badge.
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "validatorUrl": None},
}

# --- Watching it -----------------------------------------------------------------------------------------------------

try:
    METRICS_ALLOWED_ADDRESSES = [ip_network(network) for network in env.list("METRICS_ALLOWED_ADDRESSES", default=[])]
except ValueError as error:
    raise ImproperlyConfigured(f"METRICS_ALLOWED_ADDRESSES must be networks such as 10.0.0.0/8: {error}.") from error
SECURE_REDIRECT_EXEMPT = [r"^metrics$"]  # Prometheus asks from inside, without TLS.

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"order": {"()": "workorders.log_context.OrderFilter"}},
    "formatters": {
        "text": {"()": "operations.log_lines.LineFormatter"},
        "json": {"()": "operations.log_lines.JSONLineFormatter"},
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "filters": ["order"],
            "formatter": env.str("LOG_FORMAT", default="text"),
        }
    },
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="INFO")},
    # At DEBUG it would show the values of statements, tokens and sessions among them.
    "loggers": {"django.db.backends": {"level": "INFO"}, "axes": {"level": "WARNING"}},
}
