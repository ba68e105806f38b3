"""A stand-in for Apache Fineract: the calls our port makes, as its public documentation has them.

    python -m repact.sandbox.fineract --port 8070 --data var/fineract

It keeps monthly loans by 30/360 with equal payments and its own, naive arithmetic (decimals, half
even). It is not Fineract: a port that agrees with it has kept to the documentation, no more.
Basic sign-in `repact` / $REPACT_FINERACT_KEY. POST /stand-in/loans opens a loan, POST
/stand-in/habits {"off_by": minor units} makes its schedules differ.
"""

from __future__ import annotations

import argparse
import base64
import os
import sys
import threading
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from repact.sandbox import peer
from repact.sandbox.peer import Answer, RefusedError, Request

CENT = Decimal("0.01")
USER = "repact"


class StandIn:
    """Loans in memory, requests to reschedule, and answers kept by idempotency key."""

    def __init__(self) -> None:
        self._loans: dict[int, dict[str, Any]] = {}
        self._names: dict[str, int] = {}
        self._asked: dict[int, dict[str, Any]] = {}
        self._answers: dict[str, dict[str, Any]] = {}
        self._off_by = Decimal(0)
        self._lock = threading.Lock()

    def register(self, made: peer.Peer) -> peer.Peer:
        """Add every route."""
        for method in ("GET", "POST"):
            made.route(method, "/loans/", self.serve)
            made.route(method, "/rescheduleloans/", self.serve)
        made.route("POST", "/rescheduleloans", self.serve)
        made.route("POST", "/stand-in/loans", self.open_loan)
        made.route("POST", "/stand-in/habits", self.habits)
        return made

    def open_loan(self, request: Request) -> Answer:
        """{id, ref, currency, decimals, principal, rate (percent a year), dates, charges: [{id,
        penalty, amount}]}."""
        body = request.body
        with self._lock:
            self._names[str(body.get("ref", body["id"]))] = body["id"]
            self._loans[body["id"]] = {
                "currency": str(body.get("currency", "CNY")),
                "decimals": int(body.get("decimals", 2)),
                "principal": Decimal(body["principal"]),
                "rate": Decimal(body["rate"]),
                "start": date.fromisoformat(body["start"]),
                "dates": [date.fromisoformat(day) for day in body["dates"]],
                "charges": {one["id"]: dict(one) for one in body.get("charges", [])},
                "grace": (0, 0),
                "waived": Decimal(0),
                "paid": {},
                "pauses": [],
            }
        return Answer(200, {})

    def habits(self, request: Request) -> Answer:
        """Differ by so many minor units in the first row's interest."""
        self._off_by = Decimal(request.body.get("off_by", 0)).scaleb(-2)
        return Answer(200, {})

    def serve(self, request: Request) -> Answer:
        """One call of the documented API; a key that was used gets its first answer again."""
        key = request.headers.get("idempotency-key", "")
        with self._lock:
            if key and key in self._answers:
                return Answer(200, self._answers[key])
            made = self._do(request, request.path.strip("/").split("/"))
            if key:
                self._answers[key] = made
            return Answer(200, made)

    def _do(self, request: Request, parts: list[str]) -> dict[str, Any]:
        if parts[0] == "rescheduleloans":
            return self._rescheduled(request, parts[1:])
        if request.method == "GET" and parts[1:2] == ["external-id"]:
            return self._shown(self._names.get(unquote(parts[2]), 0))
        if request.method == "GET":
            return self._shown(int(parts[1]))
        return self._changed_loan(request, int(parts[1]), parts[2:])

    def _rescheduled(self, request: Request, parts: list[str]) -> dict[str, Any]:
        command = request.query.get("command", "")
        match request.method, parts:
            case "POST", []:
                number = len(self._asked) + 1
                self._loan(request.body["loanId"])
                self._asked[number] = dict(request.body)
                return {"resourceId": number, "loanId": request.body["loanId"]}
            case "GET", [name] if command:
                return {"periods": self._periods(self._changed(self._asked[int(name)]))}
            case "GET", [name]:
                state = self._asked[int(name)].get("state")
                return {"id": int(name), "statusEnum": {"approved": state == "approve"}}
            case "POST", [name] if command in {"approve", "reject"}:
                asked = self._asked[int(name)]
                if command == "approve":
                    self._loans[asked["loanId"]] = self._changed(asked)
                asked["state"] = command
                return {"resourceId": int(name)}
        raise RefusedError(404, "fineract.not_documented")

    def _changed_loan(self, request: Request, name: int, parts: list[str]) -> dict[str, Any]:
        body, command, loan = request.body, request.query.get("command", ""), self._loan(name)
        number = 1
        match parts:
            case ["transactions"] if command == "waiveinterest":
                loan["waived"] += Decimal(body["transactionAmount"])
            case ["transactions"] if command == "repayment":
                number = len(loan["paid"]) + 1
                loan["paid"][number] = Decimal(body["transactionAmount"])
            case ["transactions", paid] if command == "undo":
                loan["paid"][int(paid)] = Decimal(0)
            case ["charges", charge] if command == "waive":
                loan["charges"][int(charge)]["amount"] = "0"
            case ["interest-pauses"]:
                loan["pauses"].append([body["startDate"], body["endDate"]])
            case _:
                raise RefusedError(404, "fineract.not_documented")
        return {"loanId": name, "resourceId": number}

    def _loan(self, name: int) -> dict[str, Any]:
        if name not in self._loans:
            raise RefusedError(404, "error.msg.loan.id.invalid")
        return self._loans[name]

    def _shown(self, name: int) -> dict[str, Any]:
        loan = self._loan(name)
        periods, paid = self._periods(loan), sum(loan["paid"].values(), Decimal(0))
        asked = sum(Decimal(row[key]) for row in periods for key in ("principalDue", "interestDue"))
        asked += sum(Decimal(one["amount"]) for one in loan["charges"].values())
        return {
            "id": name,
            "currency": {"code": loan["currency"], "decimalPlaces": loan["decimals"]},
            "summary": {"totalOutstanding": str(asked - paid)},
            "annualInterestRate": str(loan["rate"]),
            "repaymentSchedule": {"periods": periods},
            "charges": [
                {"id": key, "penalty": one["penalty"], "amountOutstanding": one["amount"]}
                for key, one in loan["charges"].items()
            ],
            "waived": str(loan["waived"]),
            "paid": str(paid),
            "pauses": loan["pauses"],
        }

    def _changed(self, asked: dict[str, Any]) -> dict[str, Any]:
        """A loan as a reschedule would leave it."""
        loan = {**self._loan(asked["loanId"])}
        dates = list(loan["dates"])
        if "adjustedDueDate" in asked:
            first = date.fromisoformat(asked["adjustedDueDate"])
            dates = [_months(first, number) for number in range(len(dates))]
        for _ in range(int(asked.get("extraTerms", 0))):
            dates.append(_months(dates[0], len(dates)))
        principal, interest = (
            int(asked.get(n, 0)) for n in ("graceOnPrincipal", "graceOnInterest")
        )
        rate = Decimal(asked.get("newInterestRate", loan["rate"]))
        return {**loan, "dates": dates, "rate": rate, "grace": (principal, interest)}

    def _periods(self, loan: dict[str, Any]) -> list[dict[str, Any]]:
        """Equal payments after the grace; interest of rows in grace is paid by the next."""
        balance, start = loan["principal"], loan["start"]
        no_principal, no_interest = loan["grace"]
        left = len(loan["dates"]) - no_principal
        monthly = loan["rate"] / 1200
        growth = (1 + monthly) ** left
        level = balance / left if not monthly else balance * monthly * growth / (growth - 1)
        payment, kept, rows = level.quantize(CENT, ROUND_HALF_EVEN), Decimal(0), []
        for number, day in enumerate(loan["dates"], 1):
            share = Decimal(_days(start, day)) / 360
            interest = (balance * loan["rate"] / 100 * share).quantize(CENT, ROUND_HALF_EVEN)
            if number == 1:
                interest += self._off_by
            principal = Decimal(0) if number <= no_principal else payment - interest
            if number == len(loan["dates"]):
                principal = balance
            if number <= no_interest:
                kept, interest = kept + interest, Decimal(0)
            else:
                interest, kept = interest + kept, Decimal(0)
            balance, start = balance - principal, day
            rows.append(
                {
                    "period": number,
                    "dueDate": [day.year, day.month, day.day],
                    "principalDue": str(principal),
                    "interestDue": str(interest),
                    "complete": False,
                }
            )
        return rows


def _months(day: date, count: int) -> date:
    """The same day so many months later (days up to the 28th)."""
    month = day.month - 1 + count
    return date(day.year + month // 12, month % 12 + 1, day.day)


def _days(start: date, end: date) -> int:
    """Days by 30/360."""
    return (end.year - start.year) * 360 + (end.month - start.month) * 30 + end.day - start.day


def main() -> int:
    """Start the stand-in."""
    parser = argparse.ArgumentParser(description="A stand-in for Apache Fineract.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8070)
    parser.add_argument("--data", type=Path, required=True)
    options = parser.parse_args()
    login = base64.b64encode(f"{USER}:{os.environ['REPACT_FINERACT_KEY']}".encode()).decode()
    made = StandIn().register(peer.Peer("fineract", login, scheme="Basic"))
    return peer.serve(made, host=options.host, port=options.port)


if __name__ == "__main__":
    sys.exit(main())
