"""All settings. The environment is read once, in the first part; what follows is derived from it."""

import ipaddress
import os
import secrets
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from archive.log_lines import formatter

BASE_DIR = Path(__file__).resolve().parent.parent


def environment_flag(name: str, default: bool = False) -> bool:
    """True for 1, true, yes, on in any case."""
    return os.environ.get(name, str(default)).strip().lower() in {"1", "true", "yes", "on"}


def environment_list(name: str, default: str) -> list[str]:
    """The comma-separated items of a variable, blanks dropped."""
    return [item.strip() for item in os.environ.get(name, default).split(",") if item.strip()]


def environment_choice(name: str, choices: tuple[str, ...]) -> str:
    """One of the choices, the first when nothing is set. A slip in it must not switch a protection off."""
    chosen = os.environ.get(name, "").strip().lower() or choices[0]
    if chosen not in choices:
        raise ImproperlyConfigured(f"{name}={chosen}: choose one of {', '.join(choices)}")
    return chosen


def environment_networks(name: str, default: str) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    """The addresses and networks of a variable, separated by commas: 127.0.0.1, 10.0.8.0/24, fd00::/8."""
    try:
        return [ipaddress.ip_network(item) for item in environment_list(name, default)]
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}: {error}") from error


def environment_address(name: str) -> str:
    """An address of another server, "" for none. A password in it would come to stand in messages."""
    address = os.environ.get(name, "").strip()
    if "@" in urlsplit(address).netloc:
        raise ImproperlyConfigured(f"{name}: put no name and no password into the address")
    return address


def environment_number(name: str, default: int) -> int:
    """The number of a variable; the default where it is blank."""
    return int(os.environ.get(name, "").strip() or default)


def secret_key(folder: Path) -> str:
    """SECRET_KEY from the environment, else one made at the first start and kept in the data folder."""
    if given := os.environ.get("SECRET_KEY"):
        return given
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "secret-key"
    try:
        # O_EXCL: of two processes that start together, one makes the key and both read it.
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text()
    with os.fdopen(handle, "w") as out:
        out.write(key := secrets.token_urlsafe(48))
    return key


# --- the environment ---------------------------------------------------------------------------------
GAZETTE_DATA = Path(os.environ.get("GAZETTE_DATA", BASE_DIR / "var")).resolve()
DATABASE_URL = os.environ.get("DATABASE_URL", f"sqlite:///{GAZETTE_DATA / 'gazette.sqlite3'}")
DEBUG = environment_flag("DEBUG")
ALLOWED_HOSTS = environment_list("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]")
CSRF_TRUSTED_ORIGINS = environment_list("CSRF_TRUSTED_ORIGINS", "")
HTTPS = environment_flag("HTTPS")
# For how long browsers remember that the site speaks HTTPS only, whether that holds for the names below its own, and
# whether the name may be built into browsers.
HSTS_SECONDS = int(os.environ.get("HSTS_SECONDS", "31536000"))
HSTS_SUBDOMAINS = environment_flag("HSTS_SUBDOMAINS", default=True)
HSTS_PRELOAD = environment_flag("HSTS_PRELOAD")
# How many proxies stand before the site: so many entries at the end of X-Forwarded-For are theirs and can be believed.
PROXIES = int(os.environ.get("PROXIES", "1" if HTTPS else "0"))
SECRET_KEY = secret_key(GAZETTE_DATA)

# What the site tells machines as its own address, and what links in mails begin with, whichever of its names a request came
# by, which could be anybody's; "" where no one name is told.
SITE_ADDRESS = environment_address("SITE_ADDRESS").rstrip("/") or next(
    iter(CSRF_TRUSTED_ORIGINS), f"http{'s' if HTTPS else ''}://{next(iter(ALLOWED_HOSTS), '*')}"
)
if "*" in SITE_ADDRESS or "://." in SITE_ADDRESS:
    SITE_ADDRESS = ""

# What the site calls itself, and what the law asks a government site to print at its foot (each may be blank).
SITE = {
    "name": os.environ.get("SITE_NAME", "政府公报数字档案"),
    "publisher": os.environ.get("SITE_PUBLISHER", ""),
    "contact": os.environ.get("SITE_CONTACT", ""),
    "icp": os.environ.get("SITE_ICP", ""),  # ICP备案号
    "police": os.environ.get("SITE_POLICE", ""),  # 公安备案号
    "site_code": os.environ.get("SITE_CODE", ""),  # 网站标识码
}

# Signing in: a session ends when nothing was done for so long, and in any case after so many hours.
SESSION_IDLE_SECONDS = int(os.environ.get("SESSION_IDLE_MINUTES", "120")) * 60
SESSION_MAX_SECONDS = int(os.environ.get("SESSION_MAX_HOURS", "12")) * 3600
# So many wrong passwords for a name from one address, and that name is locked for that address for a while.
LOCKOUT_FAILURES = int(os.environ.get("LOCKOUT_FAILURES", "5"))
LOCKOUT_MINUTES = int(os.environ.get("LOCKOUT_MINUTES", "15"))
# `staff`: everybody at the desk needs a second factor; `off`: those whom an administrator asks for one.
REQUIRE_SECOND_FACTOR = environment_choice("REQUIRE_SECOND_FACTOR", ("off", "staff"))

# So many reports of errors an hour are taken from one address.
REPORTS_PER_HOUR = int(os.environ.get("REPORTS_PER_HOUR", "10"))

# nginx holds each reader to so many searches, suggestions and checksums a minute, to so many requests of the API, and to
# so many passwords, codes, reports and files to check; as many at once are let through. LOCKOUT_FAILURES and
# REPORTS_PER_HOUR hold without nginx, too.
SEARCHES_PER_MINUTE = int(os.environ.get("SEARCHES_PER_MINUTE", "240"))
API_PER_MINUTE = int(os.environ.get("API_PER_MINUTE", "600"))
TRIES_PER_MINUTE = int(os.environ.get("TRIES_PER_MINUTE", "20"))

# Limits of one upload. Those of reading one file stand in archive/ingest/extract/sandbox.py and
# archive/ingest/recognise/process.py, which run without Django.
UPLOAD_MAX_BYTES = int(os.environ.get("UPLOAD_MAX_MB", "200")) * 1024 * 1024
UPLOAD_MAX_FILES = int(os.environ.get("UPLOAD_MAX_FILES", "200"))
# A form adds a little to the file that it sends. nginx passes on no more, and gazette/wsgi.py reads no more.
REQUEST_MAX_BYTES = UPLOAD_MAX_BYTES + 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FILES = UPLOAD_MAX_FILES
# The file of an upload that failed is kept this long beside its message, for whoever is to find out why.
FAILED_UPLOADS_DAYS = int(os.environ.get("FAILED_UPLOADS_DAYS", "30"))
# A worker that was not heard of for this long is taken for dead, and its file is begun again.
INGEST_LEASE_SECONDS = float(os.environ.get("INGEST_LEASE_SECONDS", "60"))
# A worker in which nothing has moved for this long hangs: its file fails, and it ends to be started again. Storing an issue
# may mean to build the whole index anew, which takes minutes in a large archive.
INGEST_HANG_SECONDS = float(os.environ.get("INGEST_HANG_SECONDS", "1800"))
# What keeps the search index: whoosh, or tantivy where requirements-tantivy.txt is installed. Same results.
SEARCH_ENGINE = os.environ.get("SEARCH_ENGINE", "").strip().lower() or "whoosh"

# Where files lie: in the data folder, or in a bucket that speaks S3, where requirements-s3.txt is installed. Its keys are
# found as boto3 finds them: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or the role of the machine.
FILES_S3_BUCKET = os.environ.get("FILES_S3_BUCKET", "").strip()
FILES_S3_ENDPOINT = environment_address("FILES_S3_ENDPOINT")
FILES_S3_REGION = os.environ.get("FILES_S3_REGION", "").strip()
FILES_S3_FOLDER = os.environ.get("FILES_S3_FOLDER", "").strip().strip("/")
FILES_S3_ADDRESSING = environment_choice("FILES_S3_ADDRESSING", ("auto", "path", "virtual"))
# The copies of such files in the data folder take up so much; those that were not asked for longest go first.
FILES_CACHE_BYTES = int(os.environ.get("FILES_CACHE_MB", "2048")) * 1024 * 1024

# The private key that signs each month's list of published files; `manage.py make_manifest_key` makes one. "": none is signed.
MANIFEST_KEY_FILE = os.environ.get("MANIFEST_KEY_FILE", "").strip()
# Readers are told of new documents by mail where a server and a sender are set. What nobody encrypts is for this machine.
MAIL_HOST = os.environ.get("MAIL_HOST", "").strip()
MAIL_TLS = environment_choice("MAIL_TLS", ("starttls", "tls", "off"))
MAIL_PORT = environment_number("MAIL_PORT", {"starttls": 587, "tls": 465, "off": 25}[MAIL_TLS])
MAIL_USER = os.environ.get("MAIL_USER", "").strip()
MAIL_PASSWORD = os.environ.get("MAIL_PASSWORD", "")
MAIL_FROM = os.environ.get("MAIL_FROM", "").strip()
# From which hour of the day on the mails with new documents go out.
MAIL_HOUR = environment_number("MAIL_HOUR", 7)
# So many mails an hour are asked for from one address of the net.
ALERTS_PER_HOUR = environment_number("ALERTS_PER_HOUR", 10)

# Where `manage.py collectstatic` puts style sheets and scripts for a proxy to serve, and whether it was run.
STATIC_ROOT = Path(os.environ.get("STATIC_ROOT", GAZETTE_DATA / "static")).resolve()
STATIC_COLLECTED = environment_flag("STATIC_COLLECTED")

# What the archive says in its log: from which level on, as text or as JSON lines, and whether each request has a line.
LOG_LEVEL = os.environ.get("LOG_LEVEL", "").strip().upper()
LOG_FORMAT = environment_choice("LOG_FORMAT", ("text", "json"))
LOG_REQUESTS = environment_flag("LOG_REQUESTS")
# Who may read the figures at /metrics.
METRICS_FROM = environment_networks("METRICS_FROM", "127.0.0.1,::1")

# --- Django ------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "archive.admin_site.AdministrationConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.sitemaps",
    "csp",
    "archive",  # before haystack: its rebuild_index is the one that readers do not notice
    "haystack",
    "django_tasks",
    "django_tasks_db",
    "axes",
    "auditlog",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
]

MIDDLEWARE = [
    "archive.request_log.RequestLog",
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    # Kept pages are answered here, with the headers that those below have set.
    "archive.public_pages.PublicPages",
    "django.middleware.security.SecurityMiddleware",
    "archive.permissions_policy.PermissionsPolicy",
    "archive.other_sites.OtherSites",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "archive.language.ChosenLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "archive.signed_in.SignedIn",
    "archive.audit.WhoActs",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "gazette.urls"
WSGI_APPLICATION = "gazette.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "archive.views.context.site",
            ],
        },
    },
]

DATABASES = {"default": dj_database_url.parse(DATABASE_URL, conn_max_age=60, conn_health_checks=True)}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # Web and worker share the file: readers never wait (WAL), writers wait for each other (busy_timeout),
    # and a transaction takes the write lock when it begins, so that it cannot fail half way (IMMEDIATE).
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=30000;",
    }

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
LOGIN_URL = "desk-sign-in"
LOGIN_REDIRECT_URL = "desk"
LOGOUT_REDIRECT_URL = "home"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "archive" / "locale"]
TIME_ZONE = os.environ.get("TIME_ZONE", "Asia/Shanghai")
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
# Collected, each file has the hash of its content in its name: browsers keep it for a year, and a new one is a new name.
WHITENOISE_USE_FINDERS = not STATIC_COLLECTED
STATIC_STORAGE = (
    "whitenoise.storage.CompressedManifestStaticFilesStorage"
    if STATIC_COLLECTED
    else "django.contrib.staticfiles.storage.StaticFilesStorage"
)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": STATIC_STORAGE},
    # Looked at only where FILES_S3_BUCKET is set: archive/ingest/files_store.py
    "archive": {
        "BACKEND": "archive.ingest.s3_files.Bucket",
        "OPTIONS": {
            "bucket_name": FILES_S3_BUCKET,
            "endpoint_url": FILES_S3_ENDPOINT or None,
            "region_name": FILES_S3_REGION or None,
            "location": FILES_S3_FOLDER,
        },
    },
}
# Public pages as they were made, for each process by itself; see archive/public_pages.py.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    "pages": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "pages",
        "OPTIONS": {"MAX_ENTRIES": 500},
    },
}
UPLOADS_DIR = GAZETTE_DATA / "uploads"

# --- search and background work ----------------------------------------------------------------------
HAYSTACK_CONNECTIONS = {
    "default": {
        "ENGINE": "archive.search.whoosh_backend.GramEngine",
        "PATH": str(GAZETTE_DATA / "index"),
    },
}
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}

# --- security ----------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "manifest-src": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    },
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
# What the pages never need of a device: nobody who should get into one can ask for it either.
PERMISSIONS_POLICY = (
    *("accelerometer", "autoplay", "camera", "display-capture", "geolocation", "gyroscope", "magnetometer"),
    *(
        "microphone",
        "midi",
        "payment",
        "publickey-credentials-get",
        "screen-wake-lock",
        "usb",
        "xr-spatial-tracking",
    ),
)
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = SESSION_MAX_SECONDS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^(healthz|metrics)$"]  # a monitor asks the machine itself, past the proxy
    SECURE_HSTS_SECONDS = HSTS_SECONDS
    SECURE_HSTS_INCLUDE_SUBDOMAINS = HSTS_SUBDOMAINS
    SECURE_HSTS_PRELOAD = HSTS_PRELOAD
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    LANGUAGE_COOKIE_SECURE = True
# To be built into browsers can hardly be undone, and is for the owner of the whole domain to decide: no slip if it is off.
SILENCED_SYSTEM_CHECKS = ["security.W021"]

# Name and address together: nobody is locked out because another machine guesses at the name, or a colleague behind the
# same proxy mistypes.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = LOCKOUT_FAILURES
AXES_COOLOFF_TIME = timedelta(minutes=LOCKOUT_MINUTES)
# The page says for how long; a try in between does not prolong it.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = True
AXES_CLIENT_IP_CALLABLE = "archive.client_address.client_address"
AXES_LOCKOUT_CALLABLE = "archive.views.desk_access.locked_out"
AXES_VERBOSE = False
# Whoever reads the log must see who is being guessed at, and from where; passwords are never in it.
AXES_SENSITIVE_PARAMETERS: list[str] = []

OTP_TOTP_ISSUER = SITE["name"]
# A secret is shown once, to its owner.
OTP_ADMIN_HIDE_SENSITIVE_DATA = True

# The log names things (云岭市人民政府公报), not the numbers of their rows.
AUDITLOG_USE_FK_STRING_REPRESENTATION = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": formatter(LOG_FORMAT)},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL or "WARNING"},
    "loggers": {
        "archive": {"level": LOG_LEVEL or "INFO"},
        "archive.request_log": {"level": "INFO"},  # LOG_REQUESTS decides
        "pdfminer": {"level": "ERROR"},
        # What they say at DEBUG holds signed requests.
        **{name: {"level": "WARNING"} for name in ("boto3", "botocore", "s3transfer", "urllib3")},
    },
}
