"""One example for every gap or contradiction: the rule, the sample, and what is changed in it.

A replacement that leaves a part behind puts it under a key of one letter, which is cut out again.
"""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = sorted((ROOT / "policies").glob("*.yaml"))
TEXTS = {path.stem: path.read_text(encoding="utf-8") for path in SAMPLES}
CONSUMER, WALLET, CARD = "demo-consumer-finance", "demo-wallet-credit", "demo-card"


def changed(name: str, *pairs: tuple[str, str]) -> str:
    """A sample's text with each part replaced once."""
    text = TEXTS[name]
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new, 1)
    return re.sub(r"(?ms)^[xyz]:.*?(?=^\w)", "", text)


WRONG = [
    ("product_without_instrument", CARD, [("    instruments: [waive_penalty, waive_fees, waive_interest, carry, extension, rate_cut, line_conversion, holiday, freeze, settlement, trial]", "    instruments: []")]),
    ("nothing_in_bucket", CARD, [("    instruments: [extension, rate_cut, line_conversion, holiday, carry]", "    instruments: []")]),
    ("core_cannot_service", CARD, [("core_instruments: [waive_penalty, ", "core_instruments: [")]),
    ("core_instruments_unused", WALLET, [("keeper: repact\n", "keeper: repact\n    core_instruments: [trial]\n")]),
    ("instrument_without_bounds", WALLET, [("  trial: {rows: 2}\n", "")]),
    ("instrument_unused", WALLET, [("  trial: {rows: 2}\n", "  trial: {rows: 2}\n  balloon: {share_ppm_max: 1}\n")]),
    ("bucket_gap", WALLET, [("from_days: 31", "from_days: 33")]),
    ("bucket_gap", WALLET, [("    from_days: 0\n    to_days: 0\n", "    from_days: 1\n    to_days: 1\n"), ("    from_days: 1\n    to_days: 30", "    from_days: 2\n    to_days: 30")]),
    ("bucket_overlap", WALLET, [("from_days: 31", "from_days: 30")]),
    ("bucket_overlap", WALLET, [("to_days: 30", "to_days: null")]),
    ("bucket_ends", WALLET, [("to_days: null", "to_days: 900")]),
    ("cascade_unused", WALLET, [("cascade: [", "cascade: [set_aside, ")]),
    ("cascade_misses", WALLET, [("cascade: [waive_penalty, ", "cascade: [")]),
    ("rate_above_contract", WALLET, [("60000, 84000]", "60000, 184000]")]),
    ("rate_above_contract", WALLET, [("{mode: frozen}", "{mode: reduced, annual_rate_ppm: 200000}")]),
    ("rate_above_contract", WALLET, [("    holiday_rows: 1", "    holiday_rows: 1\n    annual_rate_ppm: 200000")]),
    ("accrual_rate", WALLET, [("{mode: frozen}", "{mode: reduced}")]),
    ("asking_costs", WALLET, [("{mode: frozen}", "{mode: running}")]),
    ("default_below_contract", WALLET, [("default_rate_ppm_max: 118800", "default_rate_ppm_max: 100000")]),
    ("late_above_default", WALLET, [("late_rate_ppm: 108000", "late_rate_ppm: 150000")]),
    ("default_region_unknown", WALLET, [("default_region: other_city", "default_region: moon")]),
    ("no_outlier_reasons", WALLET, [("  outlier_reasons:", "  outlier_reasons: []\n  priority_months: 6\nx:"), ("  priority_kinds: [rent, utilities, support, tax]", "y: 1 #")]),
    ("category_unknown", WALLET, [("      category: food", "      category: yacht")]),
    ("no_buffer", WALLET, [("buffer_share_ppm: 100000", "buffer_share_ppm: 0"), ("buffer_floor_minor: 15000", "buffer_floor_minor: 0")]),
    ("business_without_rules", WALLET, [("  business:\n", "  business: null\nz:\n")]),
    ("reason_never_shown", WALLET, [("[official_notice, photo]", "[rumor]")]),
    ("tiers_out_of_order", CARD, [("{role: agent,", "{role: x,"), ("{role: supervisor,", "{role: agent,"), ("{role: x,", "{role: supervisor,")]),
    ("tiers_not_rising", CARD, [("waived_minor_max: 5000000", "waived_minor_max: 5")]),
    ("automatic_above_agent", WALLET, [("waived_minor_max: 50000,", "waived_minor_max: 500000,")]),
    ("cap_below_tier", WALLET, [("automatic_day_minor: 10000000", "automatic_day_minor: 1")]),
    ("tier_nobody_holds", CARD, [("role: committee, holders: 5", "role: committee, holders: 0")]),
    ("no_second_person", WALLET, [("role: supervisor, holders: 2", "role: supervisor, holders: 1")]),
    ("product_unknown", CARD, [("products: [card_installment]}", "products: [loan]}")]),
    ("product_unknown", CARD, [("{product: card_installment,", "{product: loan,")]),
    ("pools_overlap", WALLET, [("from_date: 2027-01-01", "from_date: 2026-12-31")]),
    ("evidence_not_rising", WALLET, [("concession_minor_max: 500000, owed_minor_max: 5000000", "concession_minor_max: 50, owed_minor_max: 5000000")]),
    ("evidence_not_rising", WALLET, [("{tier: none,", "{tier: x,"), ("{tier: one,", "{tier: none,"), ("{tier: x,", "{tier: one,")]),
    ("evidence_gap", WALLET, [("owed_minor_max: 20000000, kinds", "owed_minor_max: 19999999, kinds")]),
    ("evidence_gap", WALLET, [("waived_minor_max: 3000000", "waived_minor_max: 3000000"), ("concession_minor_max: 5000000, owed", "concession_minor_max: 4999999, owed")]),
    ("evidence_without_kinds", WALLET, [("kinds: [pay_slip, bank_statement, credit_report, tax_record, medical_record]", "kinds: []")]),
    ("evidence_later_without_trial", WALLET, [("later_days: 45, trial_rows: 2", "later_days: 45, trial_rows: 0")]),
    ("evidence_beyond_trial", WALLET, [("later_days: 45, trial_rows: 2", "later_days: 45, trial_rows: 3")]),
    ("offer_outlives_notice", WALLET, [("offers: {days: 7,", "offers: {days: 8,")]),
    ("cooling_off_outlives_notice", WALLET, [("cooling_off_days: 3", "cooling_off_days: 8")]),
    ("hold_shorter_than_offer", WALLET, [("  hold_days: 30", "  hold_days: 6")]),
    ("borrower_sees_more", WALLET, [("agent_max: 5", "agent_max: 2")]),
    ("automatic_without_limit", WALLET, [("daily_count_max: 500", "daily_count_max: 0")]),
    ("automatic_without_tier", CARD, [("mode: suggest", "mode: automatic")]),
    ("rollout_misses", WALLET, [("  - {product: merchant_credit, mode: shadow, daily_count_max: 0, daily_minor_max: 0}\n", "")]),
    ("reason_unknown", WALLET, [("reasons: [less_income, job_loss]", "reasons: [less_income, bored]")]),
    ("relief_without_instrument", WALLET, [("    instruments: [holiday]\n", "    instruments: []\n")]),
    ("relief_beyond_bounds", WALLET, [("holiday_rows: 1", "holiday_rows: 4")]),
    ("survival_unknown", WALLET, [("survival: occ-2009 ", "survival: crystal-ball ")]),
    ("card_contents", CARD, [(", no_new_cards", "")]),
]  # fmt: skip
