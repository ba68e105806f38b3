"""Django's settings: everything that differs between machines comes from the environment."""

from __future__ import annotations

import os
from pathlib import Path

import structlog

from repact.server.config import database, keys

ROOT = Path(__file__).resolve().parents[2]
VAR = Path(os.environ.get("REPACT_VAR", "var")).resolve()

# --- modes ---------------------------------------------------------------------------------------
REPACT_DEMO = os.environ.get("REPACT_DEMO") == "1"
DEBUG = False

# --- keys and addresses --------------------------------------------------------------------------
REPACT_KEYS = keys.load(VAR, demo=REPACT_DEMO)
SECRET_KEY = REPACT_KEYS.session
ALLOWED_HOSTS = os.environ.get("REPACT_HOSTS", "127.0.0.1,localhost").split(",")
REPACT_BEHIND_TLS_PROXY = os.environ.get("REPACT_BEHIND_TLS_PROXY") == "1"
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("REPACT_ORIGINS", "").split(",") if o]
REPACT_SITE_URL = os.environ.get("REPACT_SITE_URL", "http://127.0.0.1:8000")  # in links we send
REPACT_FILES = VAR / "files"
REPACT_WALLET_URL = os.environ.get("REPACT_WALLET_URL", "http://127.0.0.1:8010")
REPACT_WALLET_KEY = os.environ.get("REPACT_WALLET_KEY", "")
# What the wallet signs its events with, the newest first; several while one is replaced.
REPACT_WALLET_WEBHOOK_SECRETS = [
    secret for secret in os.environ.get("REPACT_WALLET_WEBHOOK_SECRETS", "").split(",") if secret
]
REPACT_AGENCY_KEYS = dict(  # "code:key,code:key": what each collector's system is called with
    pair.split(":", 1) for pair in os.environ.get("REPACT_AGENCY_KEYS", "").split(",") if pair
)
REPACT_FINERACT_URL = os.environ.get("REPACT_FINERACT_URL", "")  # .../fineract-provider/api/v1
REPACT_FINERACT_TENANT = os.environ.get("REPACT_FINERACT_TENANT", "default")
REPACT_FINERACT_USER = os.environ.get("REPACT_FINERACT_USER", "")
REPACT_FINERACT_PASSWORD = os.environ.get("REPACT_FINERACT_PASSWORD", "")
REPACT_FINERACT_REASON_ID = int(os.environ.get("REPACT_FINERACT_REASON_ID", "1"))  # code value
# "product:kind,product:kind": which core keeps a product's record; without a line, REPACT_CORE_URL.
REPACT_CORE_KINDS = dict(
    pair.rsplit(":", 1) for pair in os.environ.get("REPACT_CORE_KINDS", "").split(",") if pair
)
REPACT_BUREAU_URL = os.environ.get("REPACT_BUREAU_URL", "")
REPACT_BUREAU_KEY = os.environ.get("REPACT_BUREAU_KEY", "")
REPACT_CORE_URL = os.environ.get("REPACT_CORE_URL", "http://127.0.0.1:8020")
REPACT_CORE_KEY = os.environ.get("REPACT_CORE_KEY", "")

# --- messages: a gateway without address is absent -----------------------------------------------
REPACT_SMS_URL = os.environ.get("REPACT_SMS_URL", "")
REPACT_SMS_KEY = os.environ.get("REPACT_SMS_KEY", "")
REPACT_PUSH_URL = os.environ.get("REPACT_PUSH_URL", "")
REPACT_PUSH_KEY = os.environ.get("REPACT_PUSH_KEY", "")
REPACT_SMTP_HOST = os.environ.get("REPACT_SMTP_HOST", "")
REPACT_SMTP_PORT = int(os.environ.get("REPACT_SMTP_PORT", "587"))
REPACT_SMTP_STARTTLS = os.environ.get("REPACT_SMTP_STARTTLS", "1") == "1"
REPACT_SMTP_USER = os.environ.get("REPACT_SMTP_USER", "")
REPACT_SMTP_PASSWORD = os.environ.get("REPACT_SMTP_PASSWORD", "")
REPACT_MAIL_FROM = os.environ.get("REPACT_MAIL_FROM", "no-reply@localhost")

# --- signing -------------------------------------------------------------------------------------
REPACT_SIGNER = os.environ.get("REPACT_SIGNER", "local")  # local, token or remote
REPACT_SIGNER_LEVEL = os.environ.get("REPACT_SIGNER_LEVEL", "agreed")  # or licensed
REPACT_SIGNER_URL = os.environ.get("REPACT_SIGNER_URL", "")
REPACT_SIGNER_KEY = os.environ.get("REPACT_SIGNER_KEY", "")
REPACT_TOKEN_MODULE = os.environ.get("REPACT_TOKEN_MODULE", "")
REPACT_TOKEN_LABEL = os.environ.get("REPACT_TOKEN_LABEL", "repact")
REPACT_TOKEN_PIN = os.environ.get("REPACT_TOKEN_PIN", "")
REPACT_TSA_URL = os.environ.get("REPACT_TSA_URL", "")
REPACT_TSA_KEY = os.environ.get("REPACT_TSA_KEY", "")
REPACT_TRUSTED_ROOTS = os.environ.get("REPACT_TRUSTED_ROOTS", "")

# --- rooms ---------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "repact.server.clock",
    "repact.server.tenancy",
    "repact.server.audit",
    "repact.server.people",
    "repact.server.connectors",
    "repact.server.lenders",
    "repact.server.policies",
    "repact.server.books",
    "repact.server.loans",
    "repact.server.webhooks",
    "repact.server.notices",
    "repact.server.conversations",
    "repact.server.cases",
    "repact.server.evidence",
    "repact.server.reviews",
    "repact.server.offers",
    "repact.server.agreements",
    "repact.server.repayments",
    "repact.server.bureau",
    "repact.server.statements",
    "repact.server.reconciliation",
    "repact.server.jobs",
    "repact.server.pages",
    "procrastinate.contrib.django",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "repact.server.pages.middleware.TenantMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "repact.server.pages.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "repact.server.pages.middleware.ActorMiddleware",
    "repact.server.pages.currency.CurrencyMiddleware",
    "repact.server.pages.middleware.RefusalMiddleware",
]
ROOT_URLCONF = "repact.server.config.urls"
WSGI_APPLICATION = "repact.server.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "repact.server.pages.context.site",
            ],
        },
    },
]

# --- database ------------------------------------------------------------------------------------
DATABASES = {"default": database.configuration(VAR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REPACT_APPLICATION_ROLE = os.environ.get("REPACT_APPLICATION_ROLE", "1") == "1"

# --- people --------------------------------------------------------------------------------------
AUTH_USER_MODEL = "people.Staff"
SILENCED_SYSTEM_CHECKS = ["auth.W004"]  # an address is unique within a lender; walls do the rest
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 15},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_ADAPTER = "repact.server.people.sign_in.StaffAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = False
MFA_ADAPTER = "repact.server.people.sign_in.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Repact"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "desk:queue"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 20 * 60 * 60
CSRF_COOKIE_HTTPONLY = True
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
if not REPACT_DEMO:
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"
    SECURE_SSL_REDIRECT = not REPACT_BEHIND_TLS_PROXY
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60

# --- pages ---------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}
X_FRAME_OPTIONS = "DENY"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LANGUAGE_CODE = "zh-hans"
LANGUAGE_COOKIE_NAME = "language"
LOCALE_PATHS = [ROOT / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200

# --- logs ----------------------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"stderr": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("REPACT_LOG_LEVEL", "WARNING")},
}
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.JSONRenderer(),
    ],
)
