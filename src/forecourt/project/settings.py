"""
Django's settings. Everything a deployment may change is an environment variable, listed in docs/how-to/settings.md.
"""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parents[3]
NODE_MODULES = Path(os.environ.get("FORECOURT_NODE_MODULES", BASE_DIR / "node_modules"))
DATA_DIR = Path(os.environ.get("FORECOURT_DATA_DIR", BASE_DIR / "forecourt-data"))


def _database(url: str) -> dict[str, Any]:
    """Django's form of a `postgresql://user:password@host:port/name?option=value` address."""
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres"):
        raise ImproperlyConfigured("DATABASE_URL must begin with postgresql://")
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", "") or parts.hostname or "",
        "PORT": str(options.pop("port", "") or parts.port or ""),
        "OPTIONS": options,
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": bool(os.environ.get("DATABASE_DIRECT_URL")),
    }


def _flag(name: str) -> bool:
    return os.environ.get(name, "").lower() in ("1", "true", "yes", "on")


DATABASE_URL = os.environ.get("DATABASE_URL", "postgresql://forecourt@localhost/forecourt")
DATABASES = {"default": _database(DATABASE_URL)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SILENCED_SYSTEM_CHECKS = ["auth.W004"]  # e-mail is unique among the living, by a conditional constraint

DEBUG = _flag("FORECOURT_DEBUG")
FORECOURT_DESIGN = DEBUG or _flag("FORECOURT_DESIGN")
SECRET_KEY = os.environ.get("FORECOURT_SECRET_KEY", "")
# The first writes, all read (kit.secrets). Without a list of its own it is the secret key.
ENCRYPTION_KEYS = [key for key in os.environ.get("FORECOURT_ENCRYPTION_KEYS", "").split(",") if key] or [SECRET_KEY]
PUBLIC_URL = os.environ.get("FORECOURT_PUBLIC_URL", "http://localhost:8080").rstrip("/")
OCPP_PUBLIC_URL = os.environ.get("FORECOURT_OCPP_PUBLIC_URL", "ws://localhost:9000/ocpp").rstrip("/")
IS_HTTPS = PUBLIC_URL.startswith("https://")
ALLOWED_HOSTS = os.environ.get("FORECOURT_ALLOWED_HOSTS", "").split(",") if os.environ.get("FORECOURT_ALLOWED_HOSTS") else ["*"]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
PRIVATE_HOSTS = {name.strip().lower() for name in os.environ.get("FORECOURT_PRIVATE_HOSTS", "").split(",") if name.strip()}  # kit.outside
IS_BEHIND_PROXY = _flag("FORECOURT_BEHIND_PROXY")
if IS_BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    USE_X_FORWARDED_HOST = True

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_htmx",
    "template_partials",
    "csp",
    "procrastinate.contrib.django",
    *(
        f"forecourt.{domain}"
        for domain in (
            "kit", "places", "files", "audit", "notifications", "portal", "api", "identity", "operators", "teams", "integrations", "sso",
            "ledger", "pricing", "network", "charging", "billing", "gateway", "dashboards",
        )
    ),
    "forecourt.project",
    "allauth",
    "allauth.account",  # after ours: our templates stand before its own
    "allauth.mfa",
    "allauth.usersessions",
]  # fmt: skip

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "forecourt.audit.middleware.Origin",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "forecourt.identity.middleware.SessionLife",
    "forecourt.project.guards.AnswerHeaders",
    "allauth.account.middleware.AccountMiddleware",
    "forecourt.teams.middleware.PersonActor",
    "forecourt.integrations.middleware.ConsumerActor",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "forecourt.portal.middleware.LocaleAndZone",
    "forecourt.project.guards.StrangersLimit",  # last: its page has the stranger's language
]
# Of the partner API and of SCIM (project/wsgi.py): no session, no cookie, no page.
API_MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "forecourt.audit.middleware.Origin",
    "forecourt.integrations.middleware.ConsumerActor",
]

ROOT_URLCONF = "forecourt.project.urls"
WSGI_APPLICATION = "forecourt.project.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": False,
        "OPTIONS": {
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    [
                        (
                            "django.template.loaders.cached.Loader",
                            ["django.template.loaders.app_directories.Loader"],
                        )
                    ],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "forecourt.portal.context_processors.shell",
            ],
            "builtins": ["django.templatetags.i18n", "template_partials.templatetags.partials", "forecourt.portal.templatetags.forecourt"],
        },
    }
]

AUTH_USER_MODEL = "identity.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator", "OPTIONS": {"user_attributes": ("email", "first_name", "last_name")}},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "forecourt.identity.passwords.NotOurWords"},
    {"NAME": "forecourt.identity.passwords.NotBreached"},
]  # fmt: skip
REFUSED_PASSWORDS = os.environ.get("FORECOURT_REFUSED_PASSWORDS", "")
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/"
CSRF_FAILURE_VIEW = "forecourt.portal.errors.csrf_failure"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # nobody is stored before the address is shown to be theirs (teams.signing_up)
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_FORMS = {
    "login": "forecourt.identity.forms.LoginForm",
    "reset_password": "forecourt.identity.forms.ResetPasswordForm",
    "reauthenticate": "forecourt.identity.forms.ReauthenticateForm",
}
ACCOUNT_RATE_LIMITS = {  # of allauth's own doors; ours are in identity.throttles
    "login": "60/m/ip",
    "login_failed": "10/5m/key",  # key: the pair of address and account (the adapter), so nobody locks another out
    "reset_password": "20/h/ip,5/h/key",
    "reset_password_from_key": "20/m/ip",
    "reauthenticate": "10/m/user",
}
ACCOUNT_ADAPTER = "forecourt.teams.adapter.AccountAdapter"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
MFA_ADAPTER = "forecourt.teams.adapter.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RATE_LIMITS = {"webauthn_login": "20/m/ip"}
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "Forecourt"
MFA_TOTP_TOLERANCE = 1  # 30 seconds of a phone's clock, either way
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not IS_HTTPS
SIGN_UP_IS_OPEN = os.environ.get("FORECOURT_SIGNUP", "open") == "open"
TERMS_URL = os.environ.get("FORECOURT_TERMS_URL", "")  # where an account's theme names none
SESSION_IDLE = timedelta(hours=float(os.environ.get("FORECOURT_SESSION_IDLE_HOURS", "12")))
SESSION_ABSOLUTE = timedelta(hours=float(os.environ.get("FORECOURT_SESSION_HOURS", "168")))
SESSION_COOKIE_AGE = int(SESSION_ABSOLUTE.total_seconds())
ERASURE_GRACE = timedelta(days=float(os.environ.get("FORECOURT_ERASURE_GRACE_DAYS", "14")))
# What allauth's throttles count is shared by all processes: an UNLOGGED table (identity migration 0005).
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "identity_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = IS_HTTPS
if IS_HTTPS:  # bound to this very host; without TLS a browser refuses the prefix
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME, LANGUAGE_COOKIE_NAME = "__Host-session", "__Host-csrf", "__Host-language"
CSRF_COOKIE_HTTPONLY = True  # forms carry the token; no script reads it
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_HTTPS
STRANGERS_READ_PER_MINUTE = int(os.environ.get("FORECOURT_STRANGERS_READ_PER_MINUTE", "600"))
STRANGERS_SEND_PER_MINUTE = int(os.environ.get("FORECOURT_STRANGERS_SEND_PER_MINUTE", "60"))
API_LARGEST_RATE = int(os.environ.get("FORECOURT_API_LARGEST_RATE", "60000"))  # requests in ten minutes
SECURITY_CONTACT = os.environ.get("FORECOURT_SECURITY_CONTACT", "")
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "worker-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}

STATIC_URL = "/static/"
STATIC_ROOT = None  # files are served from where they are; nothing is collected
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "forecourt.portal.staticfiles.NodeModulesFinder",
]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_MAX_AGE = 3600

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("da", "Dansk")]
LOCALE_PATHS = [Path(__file__).resolve().parents[1] / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

EMAIL_HOST = os.environ.get("FORECOURT_SMTP_HOST", "")
EMAIL_PORT = int(os.environ.get("FORECOURT_SMTP_PORT", "587"))
EMAIL_HOST_USER = os.environ.get("FORECOURT_SMTP_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("FORECOURT_SMTP_PASSWORD", "")
EMAIL_USE_TLS = EMAIL_PORT == 587
DEFAULT_FROM_EMAIL = os.environ.get("FORECOURT_EMAIL_FROM", "Forecourt <forecourt@localhost>")

SMS_URL = os.environ.get("FORECOURT_SMS_URL", "")
SMS_TOKEN = os.environ.get("FORECOURT_SMS_TOKEN", "")
SMS_SENDER = os.environ.get("FORECOURT_SMS_SENDER", "Forecourt")

AUDIT_STREAM_DIR = os.environ.get("FORECOURT_AUDIT_STREAM_DIR", "")  # files of audit streams; without it there are none
MIGRATION_LOCK_TIMEOUT = "5s"
OCPP_MESSAGE_DAYS = int(os.environ.get("FORECOURT_OCPP_MESSAGE_DAYS", "30"))
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "forecourt.project.logs.Line"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("FORECOURT_LOG_LEVEL", "WARNING")},
    "loggers": {"forecourt.security": {"level": "INFO"}},
}
