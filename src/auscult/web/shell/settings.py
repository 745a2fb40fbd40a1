"""Django's settings, from Auscult's own (`options.py`)."""

from __future__ import annotations

import os
from pathlib import Path

from auscult.web.shell.logs import logging_settings
from auscult.web.shell.options import database, kept_secret, read_options
from auscult.web.shell.signing_in import single_sign_on

AUSCULT = read_options(os.environ)

SECRET_KEY = kept_secret(AUSCULT)
DEBUG = AUSCULT.debug
# This machine's own names always: the supervisor, probes and figures ask by them.
ALLOWED_HOSTS = [*AUSCULT.allowed_hosts, "localhost", "127.0.0.1", "[::1]"]

INSTALLED_APPS = [
    "auscult.web.shell",
    "auscult.web.planning",
    "auscult.web.returns",
    "auscult.web.briefs",
    "auscult.web.alerts",
    "auscult.web.dashboards",
    "auscult.web.listening",
    "auscult.web.sources",
    "auscult.web.goals",
    "auscult.web.delivery",
    "auscult.web.accounts",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "django_htmx",
    "django.contrib.humanize",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "auscult.web.shell.middleware.Measured",
    "django.middleware.security.SecurityMiddleware",
    "auscult.web.shell.middleware.ContentPolicy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    # What a person chose, else what her browser asks for, else the house's language.
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "auscult.web.shell.middleware.SessionLimits",
    # Every page asks who is there, unless its view says otherwise.
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "auscult.web.shell.middleware.Refusals",
    "auscult.web.accounts.middleware.LastSeen",
    "auscult.web.accounts.middleware.SignInRules",
]

ROOT_URLCONF = "auscult.web.shell.urls"
WSGI_APPLICATION = "auscult.web.shell.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "auscult.web.shell.navigation.navigation",
                "auscult.web.shell.setting_up.offered",
            ],
        },
    },
]

DATABASES = {"default": database(AUSCULT)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "auscult.web.accounts.sign_in.Passwords",
    "sesame.backends.ModelBackend",
]
# A sign-in link works once and for a quarter of an hour.
SESAME_MAX_AGE = 15 * 60
SESAME_ONE_TIME = True
PASSWORD_RESET_TIMEOUT = 3600  # seconds; and once
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "auscult.web.accounts.passwords.HardToGuess"},
]

# django-allauth: docs/explanation/signing-in.md says why each is as it is.
ACCOUNT_ADAPTER = "auscult.web.accounts.sign_in.Accounts"
SOCIALACCOUNT_ADAPTER = "auscult.web.accounts.single_sign_on.Provider"
MFA_ADAPTER = "auscult.web.accounts.sign_in.SecondFactors"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # an invitation has shown that the address is hers
ACCOUNT_CHANGE_EMAIL = True  # a new one counts once its link was opened
ACCOUNT_REAUTHENTICATION_REQUIRED = True  # before a new address is asked for
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = "Auscult: "
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if AUSCULT.secure else "http"
ACCOUNT_SESSION_REMEMBER = True
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_FORMS = {
    "add_webauthn": "auscult.web.accounts.forms.KeyForm",
    "login_webauthn": "auscult.web.accounts.forms.KeySignInForm",
    "authenticate_webauthn": "auscult.web.accounts.forms.KeyAfterPasswordForm",
    "reauthenticate_webauthn": "auscult.web.accounts.forms.KeyAgainForm",
    "authenticate": "auscult.web.accounts.forms.CodeForm",
    "reauthenticate": "auscult.web.accounts.forms.CodeAgainForm",
}
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_ISSUER = "Auscult"
MFA_TOTP_TOLERANCE = 1
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not AUSCULT.secure
SOCIALACCOUNT_PROVIDERS = single_sign_on(AUSCULT)
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True  # the house's own provider; confirmed addresses alone
SOCIALACCOUNT_LOGIN_ON_GET = True  # the pages' policy lets no form lead to another machine

LANGUAGE_CODE = AUSCULT.language
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
LOCALE_PATHS = [Path(__file__).parents[2] / "locale"]
TIME_ZONE = AUSCULT.time_zone
USE_I18N = True
USE_TZ = True

# Whatever uses Django's mail writes into the outbox; `delivery` hands it to the mail server.
EMAIL_BACKEND = "auscult.web.delivery.backend.Outbox"
DEFAULT_FROM_EMAIL = AUSCULT.smtp_from

CACHES = {
    "default": {
        "BACKEND": "auscult.web.shell.shared_cache.SharedCache",
        "LOCATION": "run/cache",
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }
}

STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True  # no build step: files are served from where they lie
WHITENOISE_ALLOW_ALL_ORIGINS = False  # no other site needs our fonts and pictures

# Over https a browser sends cookies of these names to this host alone, and http never.
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = AUSCULT.secure
SESSION_COOKIE_NAME = "__Host-auscult-session" if AUSCULT.secure else "auscult-session"
CSRF_COOKIE_NAME = "__Host-auscult-csrf" if AUSCULT.secure else "auscult-csrf"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = AUSCULT.session_hours * 3600
LANGUAGE_COOKIE_NAME = "__Host-auscult-language" if AUSCULT.secure else "auscult-language"
LANGUAGE_COOKIE_SECURE = AUSCULT.secure
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
# What a page has to say after a change is kept in the session: in a cookie it would name things.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SECURE_SSL_REDIRECT = AUSCULT.secure
# Programs of this machine look here, over plain http.
SECURE_REDIRECT_EXEMPT = ["^healthz$", "^readyz$", "^metrics$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if AUSCULT.secure else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = AUSCULT.secure
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
PASSWORD_HASHERS = [
    "auscult.web.shell.hashing.Argon2id",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",  # older ones; renewed at a sign-in
]
# What a request may weigh; a list of feeds and a photograph fit.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 << 20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
DATA_UPLOAD_MAX_NUMBER_FILES = 10

# Errors and what the runner has to say go to standard error, where the supervisor's reader is.
LOGGING = logging_settings(
    form=AUSCULT.log_format, requests=AUSCULT.log_requests, debug=AUSCULT.debug
)
