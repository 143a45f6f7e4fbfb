"""The settings of the archive, all from environment variables; `docs/settings.md` lists them.

With none of them set, everything local (database, messages, data, media) lives under ``var/``.
"""

import os
import secrets
from datetime import timedelta
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

from config.environment import read_environment

env = read_environment()

LOCAL_ROOT = env.LOCAL_ROOT
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

SCIENCE_DATA_ROOT = env.SCIENCE_DATA_ROOT or LOCAL_ROOT / "data"
MEDIA_ROOT = env.MEDIA_ROOT or LOCAL_ROOT / "media"
MEDIA_URL = "/media/"
ARCHIVE_BASE_URL = env.ARCHIVE_BASE_URL
ARCHIVE_CONTACT_EMAIL = env.ARCHIVE_CONTACT_EMAIL
X_ACCEL_PREFIX = env.X_ACCEL_PREFIX

PREVIEWS_OF_RESTRICTED_CUBES = env.PREVIEWS_OF_RESTRICTED_CUBES

TAG_VOCABULARIES = {"feature": env.FEATURES_VOCABULARY, "event": env.EVENTS_VOCABULARY}

IMAGE_PREVIEW_SIDES = {  # Pixels of the longer side: for a list, a page, and a screen of high density.
    "thumbnail": env.THUMBNAIL_SIDE,
    "page": env.PAGE_PREVIEW_SIDE,
    "high_density": env.HIGH_DENSITY_PREVIEW_SIDE,
}

ORDER_LEASE_SECONDS = env.ORDER_LEASE_SECONDS
ORDER_MAX_ATTEMPTS = env.ORDER_MAX_ATTEMPTS
ORDER_RETRY_SECONDS = env.ORDER_RETRY_SECONDS
ORDER_SWEEP_SECONDS = env.ORDER_SWEEP_SECONDS
INGEST_WAIT_SECONDS = env.INGEST_WAIT_SECONDS
INGEST_WAITERS = env.INGEST_WAITERS
ORDER_RUNS_KEPT_DAYS = env.ORDER_RUNS_KEPT_DAYS
ORDER_TIME_LIMIT_SECONDS = env.ORDER_TIME_LIMIT_SECONDS
WORKER_MEMORY_LIMIT_MB = env.WORKER_MEMORY_LIMIT_MB

IVOA_AUTHORITY = env.IVOA_AUTHORITY or urlsplit(ARCHIVE_BASE_URL).hostname or ""
TAP_DATABASE_ROLE = env.TAP_DATABASE_ROLE
TAP_MAX_ROWS = env.TAP_MAX_ROWS
TAP_SYNC_SECONDS = env.TAP_SYNC_SECONDS
TAP_ASYNC_SECONDS = env.TAP_ASYNC_SECONDS
TAP_WORK_MEM_MB = env.TAP_WORK_MEM_MB
TAP_RESULT_DAYS = env.TAP_RESULT_DAYS
TAP_RESULTS_MB = env.TAP_RESULTS_MB

DISCOVERY_MINUTES = env.DISCOVERY_MINUTES
DISCOVERY_STILL_SECONDS = env.DISCOVERY_STILL_SECONDS
DISCOVERY_INCLUDE = env.DISCOVERY_INCLUDE
DISCOVERY_EXCLUDE = env.DISCOVERY_EXCLUDE
DISCOVERY_GONE_HOURS = env.DISCOVERY_GONE_HOURS
DISCOVERY_MAX_MISSING = env.DISCOVERY_MAX_MISSING
FIXITY_MB_PER_SECOND = env.FIXITY_MB_PER_SECOND

SVO_API_URL = env.SVO_API_URL
SVO_USERNAME = env.SVO_USERNAME
SVO_API_KEY = env.SVO_API_KEY.get_secret_value()
SVO_MAX_REMOVALS = env.SVO_MAX_REMOVALS
SVO_SYNC_HOUR = env.SVO_SYNC_HOUR

EVENTS_KEPT_DAYS = env.EVENTS_KEPT_DAYS
WEBHOOKS_TO_PRIVATE_ADDRESSES = env.WEBHOOKS_TO_PRIVATE_ADDRESSES

# --- Services --------------------------------------------------------------------------------------------------------

_database_url = env.DATABASE_URL
if _database_url:
    _database = environ.Env.db_url_config(_database_url)
    if _database["ENGINE"] == "django.db.backends.postgresql":
        _database["ENGINE"] = "common.postgresql"
    _database["CONN_MAX_AGE"] = None
    _database["CONN_HEALTH_CHECKS"] = True
    _database["DISABLE_SERVER_SIDE_CURSORS"] = env.DISABLE_SERVER_SIDE_CURSORS
else:
    _database = {"ENGINE": "django.db.backends.sqlite3", "NAME": LOCAL_ROOT / "archive.sqlite3"}
if _database["ENGINE"] == "django.db.backends.sqlite3":
    # Writers wait for each other at the start of a transaction instead of failing in the middle.
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
DATABASES = {"default": _database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CELERY_BROKER_URL = env.CELERY_BROKER_URL

# --- Django ----------------------------------------------------------------------------------------------------------

DEBUG = env.DEBUG
SECRET_KEY = env.SECRET_KEY.get_secret_value() if env.SECRET_KEY else ""
if not SECRET_KEY:
    if _database_url:
        raise ImproperlyConfigured(
            "SECRET_KEY is not set. With a DATABASE_URL it must be: a long random text, kept secret."
        )
    SECRET_KEY = _local_secret_key()
_base_url = urlsplit(ARCHIVE_BASE_URL)
_host = _base_url.hostname or ""
ALLOWED_HOSTS = env.ALLOWED_HOSTS or ["localhost", "127.0.0.1", "[::1]", _host]
CSRF_TRUSTED_ORIGINS = [f"{_base_url.scheme}://{_base_url.netloc}"]

if _base_url.scheme == "https":
    # TLS ends at the web server in front, which must set (never pass on) X-Forwarded-Proto.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = env.HSTS_INCLUDE_SUBDOMAINS
    SECURE_HSTS_PRELOAD = env.HSTS_PRELOAD
    SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]  # The operator decides about other names of the domain.
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True

INSTALLED_APPS = [
    "common",  # First, as some of its templates take the place of those of Django's admin.
    "axes",
    "corsheaders",
    "operations.admin_app.ArchiveAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django_filters",
    "drf_spectacular",
    "rest_framework",
    "common.mail",
    "datacubes",
    "catalogue",
    "vo",
    "accounts",
    "allauth",
    "allauth.account",
    "accounts.access_requests",
    "svo",
    "workorders",
    "keeper",
    "keeper.events",
    "keeper.webhooks",
    "predecessor",
    "predecessor.addresses",
    "operations",
    "devtools",
    "config",  # Last: it ends the start of a process.
]
MIDDLEWARE = [
    "operations.health.answer_health_checks",
    "django.middleware.security.SecurityMiddleware",
    "common.http.security_headers.security_headers",
    "common.http.body_limit.limit_body",
    "corsheaders.middleware.CorsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
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
    # First, so that no account is looked up after too many attempts.
    "accounts.login_limits.NetworkLimit",
    "axes.backends.AxesStandaloneBackend",
    "accounts.backend.NameOrAddressBackend",
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
# Some people type the password into the field of the name.
AXES_SENSITIVE_PARAMETERS = ["username", "csrfmiddlewaretoken"]
AXES_USERNAME_CALLABLE = "accounts.login_limits.counted_name"
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
CLIENT_ADDRESS_HEADER = env.CLIENT_ADDRESS_HEADER

# The forms and addresses of django-allauth. Its own limits count in a cache, which processes do not share; those of
# `accounts.limits` count in the database.
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_RATE_LIMITS = False
SIGN_UP_IS_OPEN = env.SIGN_UP_IS_OPEN
EMAIL_VERIFICATION_WEEKS = env.EMAIL_VERIFICATION_WEEKS

# Mail is stored, and workers send it to the server that is named here: no request waits for it. Without a server, the
# archive sends none.
SENDS_MAIL = bool(env.EMAIL_URL)
if SENDS_MAIL:
    globals().update(environ.Env.email_url_config(env.EMAIL_URL))
EMAIL_BACKEND = "common.mail.backend.QueueingBackend" if SENDS_MAIL else "django.core.mail.backends.dummy.EmailBackend"
EMAIL_TIMEOUT = 10  # Seconds, for each step of the conversation with the server.
DEFAULT_FROM_EMAIL = env.DEFAULT_FROM_EMAIL or ARCHIVE_CONTACT_EMAIL or f"archive@{_host}"

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

# Pages of any other origin, such as notebooks in a browser, may read what is public, and with a token what that opens.
# Cookies are never sent along, and nothing can be posted.
CORS_ALLOW_ALL_ORIGINS = True
_READABLE = "data-cubes|events|observations|instruments|spectral-lines|tags|selections|schema"
CORS_URLS_REGEX = rf"^/((api/v1/({_READABLE})|data|feed|tap|{MEDIA_URL.strip('/')})/|datalink$)"
CORS_ALLOW_METHODS = ["GET", "HEAD", "OPTIONS"]
CORS_ALLOW_HEADERS = ["accept", "authorization", "range"]
CORS_EXPOSE_HEADERS = ["accept-ranges", "content-disposition", "content-range", "etag", "repr-digest", "retry-after"]

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.api_authentication.APITokenAuthentication",
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
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "operations.api_descriptions.describe",
    ],
    # The documentation's scripts come from this server, and it asks no other for a badge.
}

# --- Watching it -----------------------------------------------------------------------------------------------------

METRICS_ALLOWED_ADDRESSES = env.METRICS_ALLOWED_ADDRESSES
SECURE_REDIRECT_EXEMPT = [r"^metrics$"]  # Prometheus scrapes from inside, without TLS.

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
            "formatter": env.LOG_FORMAT,
        }
    },
    "root": {"handlers": ["stderr"], "level": env.LOG_LEVEL},
    # DEBUG would log the values of statements, including tokens and sessions.
    "loggers": {
        "django.db.backends": {"level": "INFO"},
        "axes": {"level": "WARNING"},
        # Beat sends sweeps every few seconds; an idle process must log nothing.
        "celery.beat": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
    },
}
