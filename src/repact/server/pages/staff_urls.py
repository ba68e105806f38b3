"""Staff sign-in: password, then a second factor. Only these of allauth's pages exist here."""

from __future__ import annotations

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from django.urls import path

from repact.server.pages import access

urlpatterns = [
    path("sign-in/", access.public(account.login), name="account_login"),
    path("sign-out/", access.public(account.logout), name="account_logout"),
    path("confirm/", access.public(account.reauthenticate), name="account_reauthenticate"),
    path("second-factor/", access.public(mfa.authenticate), name="mfa_authenticate"),
    path("second-factor/confirm/", access.public(mfa.reauthenticate), name="mfa_reauthenticate"),
    path("second-factor/set-up/", access.public(totp.activate_totp), name="mfa_activate_totp"),
    path("second-factor/codes/", access.public(recovery.view_recovery_codes), name="mfa_index"),
    path(
        "second-factor/codes/view/",
        access.public(recovery.view_recovery_codes),
        name="mfa_view_recovery_codes",
    ),
    path(
        "second-factor/codes/new/",
        access.public(recovery.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
]
