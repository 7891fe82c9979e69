"""Django's settings, every one from the environment.

| variable | meaning | default |
|---|---|---|
| ROLLBOOK_HOME | embedded server, keys, artifacts | ./var |
| DATABASE_URL | any PostgreSQL ≥ 15; without it the embedded server in ROLLBOOK_HOME is used | – |
| ROLLBOOK_SECRET_KEY | Django's secret | a 0600 file in ROLLBOOK_HOME |
| ROLLBOOK_DEBUG | 1 shows tracebacks | 0 |
| ROLLBOOK_ALLOWED_HOSTS | comma-separated host names | localhost,127.0.0.1,[::1] and that of ROLLBOOK_URL |
| ROLLBOOK_URL | the address that people type; with https it asks browsers for nothing less | http://127.0.0.1:8000 |
| ROLLBOOK_TRUSTED_PROXIES | networks whose X-Forwarded-For is believed, such as 127.0.0.1/32 | none |
| ROLLBOOK_METRICS_TOKEN | who sends it as a bearer may read /metrics; without one, this machine alone may | – |
| ROLLBOOK_SANDBOX_URL | the console of a sandbox to practise with; the set-up page leads there | – |
| ROLLBOOK_SMTP_URL | the mail server, as in smtp://user:password@host:587 | none: mails wait |
| ROLLBOOK_MAIL_FROM | who mails come from | rollbook@localhost |

Importing this module starts nothing: `rollbook.cli.boot` starts the embedded server.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from rollbook.mail.server import settings_from_url as mail_settings
from rollbook.store import server
from rollbook.store.address import settings_from_url
from rollbook.store.home import SECRET_FILE, home_directory, secret_from

ROLLBOOK_HOME: Path = home_directory()

SECRET_KEY: str = os.environ.get("ROLLBOOK_SECRET_KEY") or secret_from(ROLLBOOK_HOME / SECRET_FILE)
DEBUG: bool = os.environ.get("ROLLBOOK_DEBUG", "0") == "1"
ROLLBOOK_URL: str = os.environ.get("ROLLBOOK_URL", "http://127.0.0.1:8000").rstrip("/")
IS_HTTPS: bool = ROLLBOOK_URL.startswith("https://")
ALLOWED_HOSTS: list[str] = [
    *os.environ.get("ROLLBOOK_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]").split(","),
    *filter(None, [urlsplit(ROLLBOOK_URL).hostname]),
]

INSTALLED_APPS: list[str] = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "procrastinate.contrib.django",
    "rollbook.store",
]
MIDDLEWARE: list[str] = [
    "django.middleware.security.SecurityMiddleware",
    "rollbook.web.headers.SecurityHeaders",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",  # a page is closed unless it says otherwise
    "django.contrib.messages.middleware.MessageMiddleware",
    "rollbook.web.errors.RefusalsAsPages",
]
ROOT_URLCONF = "rollbook.config.urls"
WSGI_APPLICATION = "rollbook.config.wsgi.application"

# True when Rollbook brings its own PostgreSQL; False when DATABASE_URL names one.
DATABASE_IS_EMBEDDED: bool = not os.environ.get("DATABASE_URL")
DATABASES: dict[str, dict[str, Any]] = {
    "default": settings_from_url(os.environ.get("DATABASE_URL") or server.url(ROLLBOOK_HOME)),
}
# A worker that gives no sign of life for so long has died, and another goes on with its run.
ROLLBOOK_LEASE_SECONDS: float = float(os.environ.get("ROLLBOOK_LEASE_SECONDS", "30"))
# A run that takes longer is stopped.
ROLLBOOK_RUN_HOURS: float = float(os.environ.get("ROLLBOOK_RUN_HOURS", "6"))
# Who sends it as a bearer may read /metrics; without one, this machine alone may.
ROLLBOOK_METRICS_TOKEN: str = os.environ.get("ROLLBOOK_METRICS_TOKEN", "")
# Behind these proxies attempts to sign in are counted by who they were made for, not by the proxy.
ROLLBOOK_TRUSTED_PROXIES: tuple[str, ...] = tuple(
    word.strip() for word in os.environ.get("ROLLBOOK_TRUSTED_PROXIES", "").split(",") if word.strip()
)
# Jobs: the tasks live in one module; a worker imports it, nobody else needs it.
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = ""
PROCRASTINATE_IMPORT_PATHS: list[str] = ["rollbook.jobs.tasks"]
# Where a person who practises finds the keys of the sandbox; `rollbook demo` says so to the pages that it serves.
ROLLBOOK_SANDBOX_URL: str = os.environ.get("ROLLBOOK_SANDBOX_URL", "")

# Mail: alarms, digests, sign-in links. A server that does not answer must not keep a worker for long.
_MAIL: dict[str, Any] = mail_settings(os.environ.get("ROLLBOOK_SMTP_URL"))
EMAIL_BACKEND: str = _MAIL["EMAIL_BACKEND"]
EMAIL_HOST: str = _MAIL["EMAIL_HOST"]
EMAIL_PORT: int = _MAIL["EMAIL_PORT"]
EMAIL_HOST_USER: str = _MAIL["EMAIL_HOST_USER"]
EMAIL_HOST_PASSWORD: str = _MAIL["EMAIL_HOST_PASSWORD"]
EMAIL_USE_SSL: bool = _MAIL["EMAIL_USE_SSL"]
EMAIL_USE_TLS: bool = _MAIL["EMAIL_USE_TLS"]
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL: str = os.environ.get("ROLLBOOK_MAIL_FROM", "rollbook@localhost")

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

WEB: Path = Path(__file__).resolve().parent.parent / "web"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [WEB],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static", "rollbook.web.components.tags"],
        },
    }
]
STATIC_URL = "static/"
STATICFILES_DIRS: list[Path] = [WEB / "static"]
WHITENOISE_USE_FINDERS = True  # straight from the package: nothing to collect
WHITENOISE_MAX_AGE = 3600

LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "districts"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "rollbook.web.errors.not_from_here"
CSRF_TRUSTED_ORIGINS: list[str] = [ROLLBOOK_URL]
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
AUTH_PASSWORD_VALIDATORS[1]["OPTIONS"] = {"min_length": 12}

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en-us"
LANGUAGES: list[tuple[str, str]] = [("en", "English"), ("es", "Español")]
LOCALE_PATHS: list[Path] = [WEB / "locale"]
USE_I18N = True
