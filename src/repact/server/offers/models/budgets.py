"""What may be given away in all: pools, a person's day, a borrower's year, the automatic day.

Each is one line with an amount; an offer set reserves on the lines that concern it. A trigger moves
the sums, and a check refuses the reservation that would overdraw a line.
"""

from __future__ import annotations

from django.db import models

from repact.server.offers.models.sets import OfferSet
from repact.server.tenancy.models import LenderRow

KINDS = ["pool", "agent_day", "borrower_year", "automatic_count", "automatic_day"]


class Budget(LenderRow):
    """One line: `amount_minor` at most, in minor units (`automatic_count`: in offers)."""

    kind = models.CharField(max_length=16)
    key = models.CharField(max_length=80)
    amount_minor = models.BigIntegerField()
    reserved_minor = models.BigIntegerField(default=0)
    used_minor = models.BigIntegerField(default=0)

    class Meta:
        db_table = "offers_budget"
        constraints = [
            models.UniqueConstraint(fields=["lender", "kind", "key"], name="offers_budget_key"),
            models.CheckConstraint(
                name="offers_budget_kind", condition=models.Q(kind__in=KINDS, amount_minor__gte=0)
            ),
            models.CheckConstraint(
                name="offers_budget_not_overdrawn",
                condition=models.Q(reserved_minor__gte=0, used_minor__gte=0)
                & models.Q(amount_minor__gte=models.F("reserved_minor") + models.F("used_minor")),
            ),
        ]


class Reservation(LenderRow):
    """What one set holds of one line: reserved, then used or released; it only ever shrinks.

    What was used `lapsed` once it no longer counts against a borrower's year.
    """

    budget = models.ForeignKey(Budget, on_delete=models.PROTECT, related_name="reservations")
    offer_set = models.ForeignKey(OfferSet, on_delete=models.PROTECT, related_name="reservations")
    amount_minor = models.BigIntegerField()
    state = models.CharField(max_length=8, default="reserved")
    reserved_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "offers_reservation"
        constraints = [
            models.UniqueConstraint(fields=["budget", "offer_set"], name="offers_reservation_once"),
            models.CheckConstraint(
                name="offers_reservation_words",
                condition=models.Q(
                    state__in=["reserved", "used", "released", "lapsed"], amount_minor__gte=0
                ),
            ),
        ]
