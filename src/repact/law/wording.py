"""Entries of law in a few words, for tables and for the printed manual."""

from __future__ import annotations

from repact.law.entries import Entry, Scope

PPM_OF_PERCENT = 10_000


def percent(ppm: int, /) -> str:
    """156000 -> 15.6%."""
    whole, part = divmod(ppm, PPM_OF_PERCENT)
    return f"{whole}.{part:04}".rstrip("0").rstrip(".") + "%"


def words(name: str, /) -> str:
    """A name of the data as words."""
    return name.replace("_", " ")


def value(entry: Entry, /) -> str:
    """The value with its unit, the further figures and the rounding; `duty` where there is none."""
    first = [] if entry.unit == "duty" else [_amount(entry.value, entry.unit)]
    rest = [f"{words(name)} {_figure(name, figure)}" for name, figure in entry.figures.items()]
    rounded = [f"rounded: {words(entry.rounding)}"] if entry.rounding else []
    return ", ".join(first + rest + rounded) or "duty"


def effect(entry: Entry, /) -> str:
    """What the entry does; what it would do, were it confirmed, is said beside it."""
    does = entry.effective_action
    said = does if does == entry.action else f"{does} (would {entry.action})"
    return f"{said}, supervisor" if entry.needs_supervisor else said


def whom(scope: Scope, /) -> str:
    """Whom an entry concerns; nothing for everyone."""
    lists = (*scope.lender_types, *scope.products, *scope.collectors, *scope.channels)
    days = f"days past due {scope.dpd_from}-{scope.dpd_to or ''}" if scope.dpd_from else ""
    return ", ".join([words(name) for name in lists] + ([days] if days else []))


def _amount(amount: int, unit: str) -> str:
    if unit in {"annual_ppm", "share_ppm"}:
        return percent(amount) + (" a year" if unit == "annual_ppm" else "")
    if unit == "minor_units":
        return _money(amount)
    return f"{amount} {'times the LPR' if unit == 'times_lpr' else words(unit)}"


def _figure(name: str, figure: int) -> str:
    if "_ppm" in name:
        return percent(figure)
    return _money(figure) if "_minor" in name else f"{figure}"


def _money(amount_minor: int) -> str:
    return f"{amount_minor // 100:,}"
