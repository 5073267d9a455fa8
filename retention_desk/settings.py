"""All settings, read from the environment. Without DESK_EMBEDDED=1, which only ``manage.py desk`` sets, they are
production's: HTTPS only, no secret has a default, and a missing one stops the start with a sentence.

| variable | meaning |
| --- | --- |
| SECRET_KEY | signs cookies and tokens; 50 characters or more |
| DATABASE_URL | PostgreSQL 15+, the application's login (a member of ``retention_desk_app``) |
| DATABASE_OWNER_URL | the same database as the schema's owner; only ``migrate`` needs it |
| REDIS_URL | Valkey 7.2+ or Redis 7+, ``noeviction``: Celery's doorbell; its next database number is the cache |
| ALLOWED_HOSTS | host names, separated by commas |
| CSRF_TRUSTED_ORIGINS | origins (https://...) when the proxy changes the host; may be empty |
| BEHIND_PROXY | 1 when a proxy sets X-Forwarded-Proto itself |
| AUDIT_SIGNING_KEY | signs the seals of the audit; 32 characters or more; the web processes need not know it |
| AUDIT_OLD_SIGNING_KEYS | former signing keys, separated by commas, so that old seals stay provable |
| AUDIT_EXPORT_DIR | directory outside the database for the file of seals; best on another machine's disk |
| TELEPHONE_SECRETS | secrets that telephone systems chose: ``name of the connection=secret``, separated by commas |
| TELEPHONE_MANAGERS | managers of Asterisk: ``name of the connection=tcp://user@host:5038`` (or ``tls://``), as above |
| API_REQUESTS_A_MINUTE | how many requests of one key to the API are answered in a minute; 600 |
| EMAIL_URL, DEFAULT_FROM_EMAIL | outgoing mail, e.g. smtp+tls://user:password@host:587 |
| DESK_DATA | directory for files and logs; default ``.desk`` beside manage.py |
| DESK_GALLERY | 1 shows developers every state of the screens under /gallery/; nothing of customers is in it |
| DESK_PROCESS | ``web``, ``live``, ``worker`` or ``command``: how patient its database statements are |
| LIVE_STREAMS | 0 where no event streams are served under ``/live/``: pages then ask by themselves |
| LIVE_PORT, PAGES_PORT | only ``manage.py desk`` sets them: its event streams have a port of their own |
"""

import os
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import parse_qs, urlsplit, urlunsplit

import environ
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from retention_desk import logs

env = environ.Env()


def required(name: str, why: str) -> str:
    """Read a variable that has no default; stop with a sentence when it is missing."""
    value = os.environ.get(name, "").strip()
    if not value:
        raise ImproperlyConfigured(f"{name} is not set. {why} To try the desk without a server: python3 manage.py desk")
    return value


BASE_DIR = Path(__file__).resolve().parent.parent
EMBEDDED: bool = env.bool("DESK_EMBEDDED", default=False)
PROCESS: str = env.str("DESK_PROCESS", default="command")
DATA_DIR = Path(env.str("DESK_DATA", default=str(BASE_DIR / ".desk")))

DEBUG = False
SECRET_KEY = required("SECRET_KEY", "It signs sessions and password-reset links and must be long, random and secret.")
ROOT_URLCONF = "retention_desk.urls"
WSGI_APPLICATION = "retention_desk.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "retention_desk",
    "retention_desk.people",
    "offers",
    "customers",
    # The admin, with the site of retention_desk.admin.
    "retention_desk.administration.DeskAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "django_filters",
    "django_htmx",
    # Its loader is named in TEMPLATES, around ours.
    "template_partials.apps.SimpleAppConfig",
]

MIDDLEWARE = [
    "retention_desk.logs.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "retention_desk.live.origins.LiveMiddleware",
    "retention_desk.health.HealthMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "retention_desk.people.middleware.SignedInMiddleware",
    "retention_desk.people.middleware.LanguageAndZoneMiddleware",
    "retention_desk.keyboard.middleware.KeyboardMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "retention_desk.idempotency.IdempotencyKeyMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

_TEMPLATES = ["django.template.loaders.filesystem.Loader", "django.template.loaders.app_directories.Loader"]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [("template_partials.loader.Loader", [("retention_desk.templating.loader.Loader", _TEMPLATES)])],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "template_partials.templatetags.partials",
                "django_htmx.templatetags.django_htmx",
                "retention_desk.templatetags.desk",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "retention_desk.navigation.navigation",
            ],
        },
    },
]
# Our own template for a form field lives in templates/django/forms/.
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# Databases: two roles, one database.

# A page that waits longer than this has failed; imports, migrations and reports may take their time.
_PATIENCE = {
    "web": {"lock_timeout": "2s", "statement_timeout": "5s", "idle_in_transaction_session_timeout": "10s"},
    "live": {"lock_timeout": "2s", "statement_timeout": "5s", "idle_in_transaction_session_timeout": "10s"},
    "worker": {"lock_timeout": "5s", "statement_timeout": "10min", "idle_in_transaction_session_timeout": "10min"},
    "command": {"lock_timeout": "10s", "statement_timeout": "0", "idle_in_transaction_session_timeout": "0"},
}
if PROCESS not in _PATIENCE:
    raise ImproperlyConfigured(f"DESK_PROCESS is {PROCESS!r}; it must be one of {', '.join(_PATIENCE)}.")


def database(url: str, *, session: dict[str, str], keep_open: bool) -> dict[str, object]:
    """Return Django's description of the PostgreSQL at ``url``, with the session's settings.

    ``keep_open`` keeps one connection per thread.
    """
    settings: dict[str, object] = dict(environ.Env.db_url_config(url))
    if settings.get("ENGINE") != "django.db.backends.postgresql":
        raise ImproperlyConfigured("DATABASE_URL must start with postgres:// (PostgreSQL 15 or newer).")
    options = dict(settings.get("OPTIONS") or {})  # type: ignore[call-overload]
    # Only the long reads are prepared (customers/statements.py), and planning one costs more than running it.
    given = session | {"plan_cache_mode": "force_generic_plan"}
    options["options"] = " ".join(f"-c {name}={value}" for name, value in given.items())
    return settings | {
        "OPTIONS": options,
        "CONN_MAX_AGE": None if keep_open else 0,
        "CONN_HEALTH_CHECKS": keep_open,
        "DISABLE_SERVER_SIDE_CURSORS": False,
    }


DATABASES = {
    "default": database(
        required("DATABASE_URL", "It names the PostgreSQL database as the application's role."),
        # The path of the functions that act: where it changes, the server plans anew.
        session=_PATIENCE[PROCESS] | {"search_path": "pg_catalog,public,pg_temp"},
        # One WSGI thread keeps one connection; a connection per request costs four to eight times as much.
        keep_open=PROCESS in ("web", "live"),
    ),
}
if os.environ.get("DATABASE_OWNER_URL"):
    DATABASES["owner"] = database(env.str("DATABASE_OWNER_URL"), session=_PATIENCE["command"], keep_open=False)

# Valkey: a doorbell and a cache, nothing that must be kept.


def celery_url(url: str) -> str:
    """Turn redis-py's ``unix://PATH?db=N`` into kombu's ``redis+socket://PATH?virtual_host=N``."""
    parts = urlsplit(url)
    if parts.scheme != "unix":
        return url
    number = parse_qs(parts.query).get("db", ["0"])[0]
    return f"redis+socket://{parts.path}?virtual_host={number}"


def next_database(url: str) -> str:
    """Return the same server's next database number, so that clearing the cache never drops a message."""
    parts = urlsplit(url)
    if parts.scheme == "unix":
        number = int(parse_qs(parts.query).get("db", ["0"])[0])
        return f"unix://{parts.path}?db={number + 1}"
    return urlunsplit(parts._replace(path=f"/{int(parts.path.strip('/') or 0) + 1}"))


REDIS_URL = required("REDIS_URL", "It names the Valkey or Redis server.")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": next_database(REDIS_URL),
        "KEY_PREFIX": "desk",
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
    }
}

# The event streams (retention_desk.live). Without a port of their own they are under the pages' own address.
LIVE_PORT: int | None = env.int("LIVE_PORT", default=None)
PAGES_PORT: int = env.int("PAGES_PORT", default=8000)
LIVE_STREAMS: bool = env.bool("LIVE_STREAMS", default=not EMBEDDED)

CELERY_BROKER_URL = celery_url(REDIS_URL)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "global_keyprefix": "desk-celery:",
    # A task that outlives this is delivered a second time, so the hard time limit stays below half of it.
    "visibility_timeout": 3600,
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    # A publisher that finds no broker gives up at once: the sweep will do its work.
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.1,
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 1700
CELERY_TASK_SOFT_TIME_LIMIT = 1600
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_TIMEZONE = "UTC"
CELERY_ENABLE_UTC = True
# Seconds between two runs. A tick that was missed is made up by the next one, and two at once do no harm.
CELERY_BEAT_SCHEDULE = {
    "forget-expired-sessions": {"task": "retention_desk.people.tasks.forget_expired_sessions", "schedule": 3600.0},
    "forget-old-intakes": {"task": "customers.intake.tasks.forget_old_intakes", "schedule": 3600.0},
    # A tick that finds the last one still waiting in the queue is not needed: it expires before the next.
    "expire-due": {"task": "offers.tasks.expire_due", "schedule": 5.0, "options": {"expires": 5}},
    "begin-promotions": {"task": "offers.tasks.begin_promotions", "schedule": 30.0, "options": {"expires": 30}},
    "return-unspent": {"task": "offers.tasks.return_unspent", "schedule": 3600.0, "options": {"expires": 600}},
    "relay-outbox": {"task": "customers.tasks.relay_outbox", "schedule": 5.0, "options": {"expires": 5}},
    "relay-telephone": {"task": "customers.tasks.relay_telephone", "schedule": 5.0, "options": {"expires": 5}},
    "forget-telephone-numbers": {
        "task": "customers.tasks.forget_telephone_numbers",
        "schedule": 3600.0,
        "options": {"expires": 600},
    },
    # At most five minutes of the audit are without a seal.
    "seal-audit": {"task": "customers.tasks.seal_audit", "schedule": 240.0, "options": {"expires": 240}},
    "verify-audit": {"task": "customers.tasks.verify_audit", "schedule": 3600.0, "options": {"expires": 3600}},
    "note-what-is-late": {
        "task": "customers.tasks.note_what_is_late",
        "schedule": 30.0,
        "options": {"expires": 30},
    },
    "abandon-silent-calls": {
        "task": "customers.tasks.abandon_silent_calls",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
}

# The seals of the audit. Pages make none, so a web process does not have to know the key that signs them.

if not EMBEDDED and PROCESS not in ("web", "live"):
    required("AUDIT_SIGNING_KEY", "It signs the seals of the audit and must be long, random and no other secret.")
    required("AUDIT_EXPORT_DIR", "It names the directory that the seals of the audit are exported to.")
AUDIT_SIGNING_KEYS = tuple(
    key.strip()
    for name in ("AUDIT_SIGNING_KEY", "AUDIT_OLD_SIGNING_KEYS")
    for key in env.str(name, default="").split(",")
    if key.strip()
)
if PROCESS in ("web", "live"):
    AUDIT_SIGNING_KEYS = ()
for _signing_key in AUDIT_SIGNING_KEYS:
    if len(_signing_key) < 32 or _signing_key == SECRET_KEY:
        raise ImproperlyConfigured("An audit signing key must have 32 characters or more and be no other secret.")
AUDIT_EXPORT_DIR = Path(env.str("AUDIT_EXPORT_DIR", default=str(DATA_DIR / "audit")))

# The telephone. Two secrets under one name both hold, while one is being changed.

TELEPHONE_SECRETS: dict[str, tuple[str, ...]] = {}
for _pair in env.str("TELEPHONE_SECRETS", default="").split(","):
    _name, _is, _secret = (part.strip() for part in _pair.partition("="))
    if _name and _secret:
        TELEPHONE_SECRETS[_name] = (*TELEPHONE_SECRETS.get(_name, ()), _secret)

TELEPHONE_MANAGERS: dict[str, str] = {
    _name.strip(): _address.strip()
    for _name, _is, _address in (_pair.partition("=") for _pair in env.str("TELEPHONE_MANAGERS", default="").split(","))
    if _address
}

API_REQUESTS_A_MINUTE: int = env.int("API_REQUESTS_A_MINUTE", default=600)

# People, sessions.

AUTH_USER_MODEL = "people.User"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = 60 * 60 * 24

SESSION_ENGINE = "retention_desk.people.sessions"
SESSION_SERIALIZER = "django.contrib.sessions.serializers.JSONSerializer"
# A shift. It is counted from the log-in, because reading pages writes nothing.
SESSION_COOKIE_AGE = 60 * 60 * 10
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
# The page hands the token to htmx in an attribute, so no script needs to read the cookie.
CSRF_COOKIE_HTTPONLY = True
# Session storage would write to the database when a page shows a message; a cookie does not.
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"

# Web security.

ALLOWED_HOSTS = [host.strip() for host in env.str("ALLOWED_HOSTS", default="").split(",") if host.strip()]
if EMBEDDED:
    ALLOWED_HOSTS = ALLOWED_HOSTS or ["localhost", "127.0.0.1", "[::1]"]
elif not ALLOWED_HOSTS:
    required("ALLOWED_HOSTS", "It lists the host names under which the desk is reached.")
CSRF_TRUSTED_ORIGINS = [origin for origin in env.str("CSRF_TRUSTED_ORIGINS", default="").split(",") if origin]

# The embedded desk speaks plain HTTP on the loopback interface; everything else is HTTPS only.
SECURE_SSL_REDIRECT = not EMBEDDED
SECURE_HSTS_SECONDS = 0 if EMBEDDED else 60 * 60 * 24 * 365
SECURE_HSTS_INCLUDE_SUBDOMAINS = not EMBEDDED
SECURE_HSTS_PRELOAD = not EMBEDDED
SESSION_COOKIE_SECURE = not EMBEDDED
CSRF_COOKIE_SECURE = not EMBEDDED
SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$"]
if env.bool("BEHIND_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}

# Developers' pages.

GALLERY = env.bool("DESK_GALLERY", default=False)

# Language, time.

LANGUAGE_CODE = "en"
LANGUAGES = [
    ("en", _("English")),
    ("de", _("German")),
    ("pt-br", _("Brazilian Portuguese")),
    ("ru", _("Russian")),
    ("th", _("Thai")),
]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = not EMBEDDED
USE_TZ = True
TIME_ZONE = "UTC"

# Files, mail.

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(DATA_DIR / "static" if EMBEDDED else BASE_DIR / ".static")))
WHITENOISE_USE_FINDERS = EMBEDDED
WHITENOISE_AUTOREFRESH = False
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(DATA_DIR / "files")))
FILE_UPLOAD_PERMISSIONS = 0o600
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if EMBEDDED
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
if os.environ.get("EMAIL_URL"):
    vars().update(environ.Env.email_url_config(os.environ["EMAIL_URL"]))
elif EMBEDDED:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = DATA_DIR / "mail"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="desk@localhost")
SERVER_EMAIL = parseaddr(DEFAULT_FROM_EMAIL)[1]

LOGGING_CONFIG = None
logs.configure(as_json=not EMBEDDED, level=env.str("LOG_LEVEL", default="INFO"))
