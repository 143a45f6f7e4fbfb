"""The environment variables that configure the archive: the one place where they are read, with their bounds.

pydantic-settings reads them: each has a type, a bound and a description in one line, from which the table in
`docs/settings.md` and `.env.example` are made (``python -m devtools.settings_reference --write``).
"""

import os
import re
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from pydantic import AfterValidator, BeforeValidator, Field, IPvAnyNetwork, JsonValue, SecretStr, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT_ROOT = Path(__file__).resolve().parent.parent
# An installed package stores nothing beside its code.
_HOME = PROJECT_ROOT if (PROJECT_ROOT / "manage.py").exists() else Path.cwd()
_VOCABULARIES = PROJECT_ROOT / "datacubes" / "vocabularies"

_REASONS = {
    "bool_parsing": "it must be true or false",
    "int_parsing": "it must be a whole number",
    "float_parsing": "it must be a number",
    "ip_any_network": "each part must be a network such as 10.0.0.0/8",
}
_HOLD_PASSWORDS = {"DATABASE_URL", "CELERY_BROKER_URL", "EMAIL_URL"}


def _split(value: Any) -> Any:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _with_scheme(*schemes: str) -> AfterValidator:
    def check(url: str) -> str:
        if url and urlsplit(url).scheme not in schemes:
            raise ValueError(f"it must be a URL that begins with {', '.join(f'{scheme}://' for scheme in schemes)}")
        return url

    return AfterValidator(check)


def _address_of_site(url: str) -> str:
    if not urlsplit(url).hostname:
        raise ValueError("it must name a host")
    return url.rstrip("/")


def _vocabulary(source: str) -> str:
    if not source.startswith("https://") and not os.access(source, os.R_OK):
        raise ValueError("it must be a file that can be read, or an https:// address")
    return source


def _absolute_path(path: str) -> str:
    if path and not path.startswith("/"):
        raise ValueError("it must begin with /")
    return path


def _authority(name: str) -> str:
    if name and not re.fullmatch("[A-Za-z0-9][A-Za-z0-9._~-]{2,}", name):
        raise ValueError("it must be at least three letters, digits, dots, hyphens, underscores and tildes")
    return name


def _role(name: str) -> str:
    if not re.fullmatch("[a-z_][a-z0-9_]{0,62}", name):
        raise ValueError("it must be at most 63 small letters, digits and underscores")
    return name


def _described(description: str, default: Any, shown_default: str | None = None, **bounds: Any) -> Any:
    """Declare a variable; `shown_default` is what the documentation says where the default is not a constant."""
    extra: dict[str, JsonValue] = {"shown_default": shown_default} if shown_default else {}
    make_default: dict[str, Any] = {"default_factory": default} if callable(default) else {"default": default}
    return Field(**make_default, description=description, json_schema_extra=extra, **bounds)


Side = Annotated[int, Field(ge=16, le=65_500)]
Words = Annotated[list[str], BeforeValidator(_split)]
Networks = Annotated[list[IPvAnyNetwork], BeforeValidator(_split)]
SiteURL = Annotated[str, _with_scheme("http", "https"), AfterValidator(_address_of_site)]
Source = Annotated[str, AfterValidator(_vocabulary)]


class Environment(BaseSettings):
    """All variables, with their defaults. An empty value is the same as none."""

    model_config = SettingsConfigDict(
        case_sensitive=True, env_ignore_empty=True, extra="ignore", frozen=True, enable_decoding=False
    )

    SECRET_KEY: SecretStr | None = _described(
        "a long random text, kept secret", None, "with SQLite: made once, in `LOCAL_ROOT`; else it must be set"
    )
    DEBUG: bool = _described("Django's debug pages; never in production", False)
    ALLOWED_HOSTS: Words | None = _described(
        "host names that the archive answers to, with commas between them",
        None,
        "`localhost`, `127.0.0.1`, `[::1]` and the host of `ARCHIVE_BASE_URL`",
    )
    ARCHIVE_BASE_URL: SiteURL = _described(
        "the archive's own public address, which the SVO needs; with `https`, cookies, redirects and HSTS follow",
        "http://localhost:8000",
    )
    HSTS_INCLUDE_SUBDOMAINS: bool = _described("with `https`: HSTS holds for all names below the host's too", False)
    HSTS_PRELOAD: bool = _described("with `https`: browsers may put the host on their list of HTTPS-only hosts", False)
    ARCHIVE_CONTACT_EMAIL: str = _described("whom people ask for access to restricted cubes", "")
    DATABASE_URL: Annotated[str, _with_scheme("postgres", "postgresql", "sqlite")] = _described(
        "the database, such as `postgres://user:password@host/name`", "", "SQLite in `LOCAL_ROOT`"
    )
    DISABLE_SERVER_SIDE_CURSORS: bool = _described(
        "must be on if `DATABASE_URL` is the address of PgBouncer in transaction mode", False
    )
    CELERY_BROKER_URL: Annotated[str, _with_scheme("filesystem", "redis", "rediss", "amqp", "amqps")] = _described(
        "the broker, such as `redis://:password@host:6379/0`; `filesystem://` is a folder in `LOCAL_ROOT`",
        "filesystem://",
    )
    LOCAL_ROOT: Path = _described("where everything local lives", lambda: _HOME / "var", "`var` beside the code")
    SCIENCE_DATA_ROOT: Path | None = _described("the folder of the cubes; only read", None, "`data` in `LOCAL_ROOT`")
    MEDIA_ROOT: Path | None = _described("the folder of the previews", None, "`media` in `LOCAL_ROOT`")
    X_ACCEL_PREFIX: Annotated[str, AfterValidator(_absolute_path)] = _described(
        "lets nginx send downloads: the internal location of `SCIENCE_DATA_ROOT`, such as `/science-data`", ""
    )
    PREVIEWS_OF_RESTRICTED_CUBES: bool = _described(
        "show the previews and plots of a cube before its release date to everybody", True
    )
    FEATURES_VOCABULARY: Source = _described(
        "the words of FEATURES that become tags, one a line: a file, or an `https://` address",
        str(_VOCABULARIES / "features.txt"),
        "`datacubes/vocabularies/features.txt`",
    )
    EVENTS_VOCABULARY: Source = _described(
        "the same for EVENTS", str(_VOCABULARIES / "events.txt"), "`datacubes/vocabularies/events.txt`"
    )
    THUMBNAIL_SIDE: Side = _described("pixels of the longer side of thumbnails", 240)
    PAGE_PREVIEW_SIDE: Side = _described("the same of the previews on a page", 800)
    HIGH_DENSITY_PREVIEW_SIDE: Side = _described("the same for screens of high density", 1600)
    ORDER_LEASE_SECONDS: float = _described(
        "after so many seconds without a sign of life a worker counts as dead", 60.0, ge=0.1, le=3600
    )
    ORDER_MAX_ATTEMPTS: int = _described("so often an order is tried", 5, ge=1, le=100)
    ORDER_RETRY_SECONDS: float = _described(
        "the wait before the second attempt; four times as long before each further one", 10.0, ge=0, le=86_400
    )
    ORDER_SWEEP_SECONDS: float = _described(
        "how often beat looks for orders that no worker was woken for", 5.0, ge=0.1, le=3600
    )
    ORDER_TIME_LIMIT_SECONDS: int = _described("the longest that one ingestion may take", 600, ge=1, le=86_400)
    INGEST_WAIT_SECONDS: int = _described(
        "the longest that a POST of an order waits for its end if the client asks for it; the web server in front must "
        "be more patient (`proxy_read_timeout`)",
        50,
        ge=0,
        le=3600,
    )
    INGEST_WAITERS: int = _described(
        "how many POSTs of each web process may wait at the same time; further ones get 202 at once. Fewer than its "
        "threads, of which each holds one",
        2,
        ge=0,
        le=1000,
    )
    ORDER_RUNS_KEPT_DAYS: int = _described(
        "runs of orders that ended before so many days are deleted, but for the last completed and the last failed one "
        "of each order",
        365,
        ge=1,
        le=36_500,
    )
    WORKER_MEMORY_LIMIT_MB: int = _described("the most memory that one worker process may have", 2048, ge=256, le=2**20)
    DISCOVERY_MINUTES: int = _described(
        "how often beat has the storage searched for new, changed and missing files; 0: never", 0, ge=0, le=100_000
    )
    DISCOVERY_STILL_SECONDS: float = _described(
        "new and changed files are queued once they have not changed for so long", 300.0, ge=0, le=10**7
    )
    DISCOVERY_INCLUDE: Words = _described(
        "which files are found: patterns for their paths below `SCIENCE_DATA_ROOT`, with commas between them; `*` also "
        "matches `/`",
        lambda: ["*"],
        "`*`",
    )
    DISCOVERY_EXCLUDE: Words = _described("which files and folders are left out, such as `scratch,*/raw`", list, "none")
    DISCOVERY_GONE_HOURS: float = _described(
        "the cube of a file that has been gone for so long is shown as missing", 24.0, ge=0, le=100_000
    )
    DISCOVERY_MAX_MISSING: float = _described(
        "the share of the files that may become missing at once; if more are gone, a part of the storage may be away",
        0.1,
        ge=0,
        le=1,
    )
    FIXITY_MB_PER_SECOND: float = _described(
        "how fast beat has the files audited, in 10⁶ bytes a second; 0: never", 0.0, ge=0, le=100_000
    )
    SVO_API_URL: Annotated[str, _with_scheme("http", "https")] = _described(
        "the SVO's API, such as `https://solarnet.oma.be/service/api/svo`; without it, nothing is sent", ""
    )
    SVO_USERNAME: str = _described("the account there", "")
    SVO_API_KEY: SecretStr = _described("its key", SecretStr(""), "none")
    SVO_MAX_REMOVALS: float = _described(
        "the share of an instrument's records that a synchronisation may remove, set offline, or take a host or tags "
        "from",
        0.1,
        ge=0,
        le=1,
    )
    SVO_SYNC_HOUR: int = _described("the hour (UTC) of the daily synchronisation", 3, ge=0, le=23)
    IVOA_AUTHORITY: Annotated[str, AfterValidator(_authority)] = _described(
        "the authority of the archive in the registries of the Virtual Observatory (IVOA), which is a part of the "
        "identifiers of cubes; it should not change",
        "",
        "the host of `ARCHIVE_BASE_URL`",
    )
    TAP_DATABASE_ROLE: Annotated[str, AfterValidator(_role)] = _described(
        "the role of PostgreSQL that TAP reads with; `manage.py prepare_tap` creates it", "archive_tap"
    )
    TAP_MAX_ROWS: int = _described("the most rows that a query of TAP has", 200_000, ge=1, le=10_000_000)
    TAP_SYNC_SECONDS: int = _described("the longest that a query of `/tap/sync` takes", 30, ge=1, le=3600)
    TAP_ASYNC_SECONDS: int = _described("the longest that a query of `/tap/async` takes", 600, ge=1, le=86_400)
    TAP_WORK_MEM_MB: int = _described(
        "the memory that PostgreSQL takes for each sort or hash of a query of TAP", 16, ge=1, le=4096
    )
    TAP_RESULT_DAYS: int = _described("a job of `/tap/async` is deleted after so many days", 3, ge=1, le=365)
    TAP_RESULTS_MB: int = _described(
        "the most that the results of `/tap/async` take in `MEDIA_ROOT`; beyond it, no job is accepted",
        10_240,
        ge=1,
        le=2**30,
    )
    EVENTS_KEPT_DAYS: int = _described(
        "events, and ended deliveries of webhooks, are deleted after so many days; mirrors must ask more often",
        365,
        ge=1,
        le=36_500,
    )
    WEBHOOKS_TO_PRIVATE_ADDRESSES: bool = _described(
        "webhooks and callbacks may go to private addresses, to any port, and without TLS; people who may post orders "
        "can then reach services of your network",
        False,
    )
    METRICS_ALLOWED_ADDRESSES: Networks = _described(
        "networks that may read `/metrics` besides staff, such as `10.0.0.0/8,::1`", list, "none"
    )
    CLIENT_ADDRESS_HEADER: str = _described(
        "the header in which the web server in front writes the client's address, such as `X-Real-IP`",
        "",
        "none: the address of the connection",
    )
    EMAIL_URL: Annotated[str, _with_scheme("smtp", "smtp+tls", "smtp+ssl")] = _described(
        "the mail server, such as `smtp+tls://user:password@host:587`; without it, no mail is sent", ""
    )
    DEFAULT_FROM_EMAIL: str = _described(
        "the sender of mails", "", "`ARCHIVE_CONTACT_EMAIL`, or `archive@` and the archive's host"
    )
    SIGN_UP_IS_OPEN: bool = _described("people may make accounts themselves; this needs `EMAIL_URL`", True)
    EMAIL_VERIFICATION_WEEKS: int = _described(
        "after so many weeks an e-mail address is to be verified again; its grants do not count until it is",
        12,
        ge=1,
        le=5200,
    )
    LOG_LEVEL: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = _described("how much is logged", "INFO")
    LOG_FORMAT: Literal["text", "json"] = _described("`json`: one JSON object a line", "text")


def read_environment() -> Environment:
    """Read all variables.

    Raises
    ------
    ImproperlyConfigured
        Naming each variable that is wrong, with its value, unless that is a secret, and what it may be.
    """
    try:
        return Environment()
    except ValidationError as error:
        raise ImproperlyConfigured(" ".join(map(_fault, error.errors()))) from None


def _fault(details: ErrorDetails) -> str:
    name, value = str(details["loc"][0]), details["input"]
    annotation = str(Environment.model_fields[name].annotation)
    is_secret = name in _HOLD_PASSWORDS or "SecretStr" in annotation
    shown = "has a value that cannot be used" if is_secret else f"is “{value}”"
    reason = _REASONS.get(details["type"]) or details["msg"].removeprefix("Value error, ")
    return f"{name} {shown}: {reason.replace('Input should', 'it must')}."
