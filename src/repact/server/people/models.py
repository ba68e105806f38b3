"""Borrowers, staff and the keys that protect what they told us."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from repact.server.audit import actor
from repact.server.tenancy.models import LenderRow


class SubjectKey(LenderRow):
    """One person's data key, wrapped by the master key; destroying it erases what it sealed."""

    wrapped = models.BinaryField(max_length=128)
    created_at = models.DateTimeField()
    destroyed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "people_subject_key"


class Borrower(LenderRow):
    """A person who owes. Name, id number and phone are sealed with the person's own key."""

    ref = models.CharField(max_length=64)
    wallet_account = models.CharField(max_length=64)
    language = models.CharField(max_length=8, default="zh-hans")
    contact_preference = models.CharField(max_length=16, default="any")
    key = models.OneToOneField(SubjectKey, on_delete=models.PROTECT, related_name="+")
    name_sealed = models.BinaryField(max_length=400)
    id_number_sealed = models.BinaryField(max_length=200)
    phone_sealed = models.BinaryField(max_length=200)
    id_number_index = models.BinaryField(max_length=32)

    class Meta:
        db_table = "people_borrower"
        constraints = [
            models.UniqueConstraint(fields=["lender", "ref"], name="people_borrower_ref"),
            models.UniqueConstraint(
                fields=["lender", "wallet_account"], name="people_borrower_wallet"
            ),
        ]


class StaffManager(BaseUserManager["Staff"]):
    """Finds staff by e-mail address, as the sign-in page does."""

    def get_by_natural_key(self, username: str | None) -> Staff:
        return self.get(email__iexact=username)


class Staff(LenderRow, AbstractBaseUser):
    """An account of somebody of the lender's: e-mail, password and a second factor.

    Accounts of one human being share `person_id` (None: this account is the only one), so that a
    second account, or acting for a colleague, is never a second pair of eyes.
    """

    person_id = models.UUIDField(null=True, editable=False)
    email = models.EmailField()
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60)
    role = models.CharField(max_length=16, choices=[(role, role) for role in actor.STAFF])
    is_active = models.BooleanField(default=True)

    objects: ClassVar[StaffManager] = StaffManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        db_table = "people_staff"
        constraints = [
            models.UniqueConstraint(fields=["lender", "email"], name="people_staff_email"),
        ]


class UsedLaunchToken(LenderRow):
    """A launch token that has been exchanged for a session; it works once."""

    token_id = models.CharField(max_length=64)
    used_at = models.DateTimeField()

    class Meta:
        db_table = "people_used_launch_token"
        constraints = [
            models.UniqueConstraint(
                fields=["lender", "token_id"], name="people_used_launch_token_once"
            )
        ]


class ApiKey(LenderRow):
    """A key of the lender's own systems, or of the `agency` of that code; only its hash is kept.

    An agency's key opens what is for collectors and nothing else.
    """

    label = models.CharField(max_length=80)
    digest = models.BinaryField(max_length=32, unique=True)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    agency = models.CharField(max_length=50, blank=True, default="")

    class Meta:
        db_table = "people_api_key"
