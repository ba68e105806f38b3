"""Repact (协还): negotiated repayment, done right."""
