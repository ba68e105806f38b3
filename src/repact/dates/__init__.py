"""Calendars: due dates, day counts, business days. No money here."""
