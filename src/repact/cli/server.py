"""`repact server`: the platform's own commands."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from repact.cli import books
from repact.cli.platform import set_up

app = typer.Typer(help="The platform: its book, its days, its health.", no_args_is_help=True)
imports = typer.Typer(help="Take in data of the lender's.", no_args_is_help=True)
exports = typer.Typer(help="Give data out.", no_args_is_help=True)
app.add_typer(imports, name="import")
app.add_typer(exports, name="export")
fineract = typer.Typer(
    help="Apache Fineract as the keeper of record; never run against a real one.",
    no_args_is_help=True,
)
app.add_typer(fineract, name="fineract")
app.command("verify-ledger")(books.verify_ledger)
exports.command("journals")(books.journals)
imports.command("accounts")(books.accounts)


def _connecting() -> Any:
    """What the commands towards banks, core and peers do; it loads the rooms, so it comes after
    Django is set up."""
    set_up()
    from repact.cli import connecting  # noqa: PLC0415 - slow to load, and not needed for a plan

    return connecting


@imports.command("loans")
def loans(
    file: Annotated[Path, typer.Argument(help="The lender's book, .csv or .parquet.")],
    *,
    all_or_nothing: Annotated[
        bool, typer.Option("--all-or-nothing", help="Import nothing if any row is bad.")
    ] = False,
    lender: Annotated[str, typer.Option(help="The lender's short name.")] = "",
) -> None:
    """Import a lender's book; every bad row is reported, the rest imported."""
    set_up()
    from repact.server.audit import actor  # noqa: PLC0415 - Django must be set up first
    from repact.server.clock import queries as clock_queries  # noqa: PLC0415
    from repact.server.lenders import queries as lender_queries  # noqa: PLC0415
    from repact.server.loans import imports as loan_imports  # noqa: PLC0415
    from repact.server.tenancy import scope  # noqa: PLC0415

    found = lender_queries.named(lender)
    with scope.acting_for(found.id):
        now = clock_queries.business_now(lender_id=found.id)
        report = loan_imports.import_book(
            by=actor.system(found.id),
            path=file,
            all_or_nothing=all_or_nothing,
            now=now,
            on=clock_queries.business_date(now=now, zone=found.zone),
        )
    for row in report.refused:
        print(json.dumps(row.as_dict(), ensure_ascii=False), file=sys.stderr)  # noqa: T201
    counts = {
        "imported": report.imported,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "refused": len(report.refused),
    }
    print(json.dumps(counts))  # noqa: T201
    raise typer.Exit(2 if report.refused else 0)


@imports.command("statement")
def statement(
    file: Annotated[Path, typer.Argument(help="The bank's file.")],
    *,
    account: Annotated[str, typer.Option(help="Which account of ours it is of.")],
    kind: Annotated[str, typer.Option("--format", help="camt053, mt940 or csv.")],
    lender: Annotated[str, typer.Option(help="The lender's short name.")] = "",
) -> None:
    """Take in a bank statement; a line that cannot be read is reported, the rest is read."""
    connecting = _connecting()
    report = connecting.statement(file, account=account, kind=kind, lender=lender)
    for bad in report.bad:
        print(json.dumps({"line": bad.number, "code": bad.code}), file=sys.stderr)  # noqa: T201
    print(json.dumps(report.as_dict()))  # noqa: T201
    raise typer.Exit(2 if report.bad else 0)


@imports.command("mapping")
def mapping(
    file: Annotated[Path, typer.Argument(help="The mapping, as JSON.")],
    *,
    account: Annotated[str, typer.Option(help="Which account of ours it is for.")],
    lender: Annotated[str, typer.Option(help="The lender's short name.")] = "",
) -> None:
    """Say which columns of a bank's CSV say what."""
    connecting = _connecting()
    connecting.mapping(file, account=account, lender=lender)


@imports.command("core")
def pull_core(
    *, lender: Annotated[str, typer.Option(help="The lender's short name.")] = ""
) -> None:
    """Pull the debts from the lender's core, as a book is imported."""
    connecting = _connecting()
    counts, refused = connecting.pull(lender=lender)
    for row in refused:
        print(json.dumps(row, ensure_ascii=False), file=sys.stderr)  # noqa: T201
    print(json.dumps(counts))  # noqa: T201
    raise typer.Exit(2 if refused else 0)


@fineract.command("preview")
def fineract_preview(
    case: Annotated[str, typer.Argument(help="The case's reference.")],
    *,
    lender: Annotated[str, typer.Option(help="The lender's short name.")] = "",
) -> None:
    """Lay Fineract's schedules beside ours, row by row; nothing is changed; 3 if any differs.

    The port was never run against a real Fineract.
    """
    connecting = _connecting()
    said = connecting.preview(case, lender=lender)
    print(json.dumps(said, ensure_ascii=False))  # noqa: T201
    differs = any("refused" in one or one["differences"] for one in said["previews"])
    raise typer.Exit(3 if differs else 0)


@app.command("reconcile")
def reconcile(
    *, lender: Annotated[str, typer.Option(help="The lender's short name.")] = ""
) -> None:
    """Lay wallet, bank, repayments, books and core beside each other; 4 while anything differs."""
    connecting = _connecting()
    said = connecting.reconcile(lender=lender)
    print(json.dumps(said, ensure_ascii=False))  # noqa: T201
    raise typer.Exit(4 if said["differing"] else 0)


@app.command("take-over")
def take_over(
    *, lender: Annotated[str, typer.Option(help="The lender's short name.")] = ""
) -> None:
    """Give plans that began before histories were kept their history; 4 if a person must look."""
    connecting = _connecting()
    counts, refused = connecting.take_over(lender=lender)
    for row in refused:
        print(json.dumps(row), file=sys.stderr)  # noqa: T201
    print(json.dumps(counts))  # noqa: T201
    raise typer.Exit(4 if refused or counts["stopped"] else 0)


@app.command("migrate")
def migrate() -> None:
    """Bring the database to this version, as its owner."""
    os.environ["REPACT_APPLICATION_ROLE"] = "0"
    set_up()
    from django.core.management import call_command  # noqa: PLC0415 - after set-up

    call_command("migrate", verbosity=0)


@app.command("webhook")
def webhook(
    url: Annotated[str, typer.Argument(help="The receiver's address, with TLS.")],
    *,
    kind: Annotated[
        list[str] | None, typer.Option(help="A kind of event; none: every kind.")
    ] = None,
    new_secret: Annotated[bool, typer.Option(help="Replace its secret; both sign a day.")] = False,
    off: Annotated[bool, typer.Option(help="Tell it nothing more.")] = False,
    lender: Annotated[str, typer.Option(help="The lender's short name.")] = "",
) -> None:
    """Have a system of yours told of events; the secret to check them with is printed."""
    connecting = _connecting()
    said = connecting.webhook(url, kinds=kind or (), new_secret=new_secret, off=off, lender=lender)
    print(said)  # noqa: T201


@app.command("api-key")
def api_key(
    label: Annotated[str, typer.Argument(help="Whose key it is.")],
    *,
    lender: Annotated[str, typer.Option(help="The lender's short name.")] = "",
    agency: Annotated[str, typer.Option(help="Of this agency, by its code; for that alone.")] = "",
) -> None:
    """Issue an API key of a lender, or of an agency that collects for it; it is shown once."""
    set_up()
    from repact.server.audit import actor  # noqa: PLC0415 - Django must be set up first
    from repact.server.clock import queries as clock_queries  # noqa: PLC0415
    from repact.server.lenders import queries as lender_queries  # noqa: PLC0415
    from repact.server.notices import recalls  # noqa: PLC0415
    from repact.server.people import actions as people_actions  # noqa: PLC0415
    from repact.server.tenancy import scope  # noqa: PLC0415

    found = lender_queries.named(lender)
    with scope.acting_for(found.id):
        now = clock_queries.business_now(lender_id=found.id)
        by = actor.system(found.id)
        key = (
            recalls.issue_agency_key(by=by, agency_code=agency, now=now)
            if agency
            else people_actions.issue_api_key(by=by, label=label, now=now)
        )
        print(key)  # noqa: T201
