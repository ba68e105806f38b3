"""The fold itself: one plan, its rows, and what each event does to them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from repact.money.split import largest_remainder
from repact.plans.accrual import part_of_period
from repact.plans.conduct import Excess
from repact.plans.errors import PlanError
from repact.plans.servicing import closing, events, prepayment, sparing
from repact.plans.servicing.agreement import Agreement
from repact.plans.servicing.live import INDEX, LiveRow, Part, live_rows, spend
from repact.plans.servicing.rests import Rest, up_to_ppm
from repact.plans.servicing.state import Happening, Posting, Standing

IN_FORCE: tuple[Standing, ...] = ("active", "breached")


class Fold:
    """The state between two events. Everything here is worked out anew in every replay."""

    def __init__(self, agreement: Agreement, /) -> None:
        self.agreement = agreement
        self.conduct = agreement.conduct
        self.rows = live_rows(agreement)
        self.queue = sorted(self.rows, key=_by_due_date)
        self.first_open = 0
        self.standing: Standing = "active"
        self.returned: LiveRow | None = None
        self.written_off_on: date | None = None
        self.credit = self.vested = self.received = self.prepaid = 0
        self.late_tolerated = self.skips = self.moves = 0
        self.rests: list[Rest] = []
        self.postings: list[Posting] = []
        self.happenings: list[Happening] = []
        self._vested_now = self._earned_in_breach = 0

    def happen(self, event: events.Event, /) -> None:
        """Let one event change the plan; raises PlanError naming why it cannot have happened."""
        getattr(self, f"_{event.kind}")(event)

    def overdue(self, on: date, /) -> list[LiveRow]:
        """The open rows that are due by a day, oldest first, with what being late has cost."""
        queue, at = self.queue, self.first_open
        while at < len(queue) and not queue[at].open_minor:
            at += 1
        self.first_open = at
        due = []
        for row in queue[at:]:
            if row.due_date > on:
                break
            if row.open_minor:
                row.run_late(self.conduct, on, rested=self.rests)
                due.append(row)
        return due

    def upcoming(self, on: date, /) -> list[LiveRow]:
        """The open rows that fall due after a day."""
        return [
            row for row in self.queue[self.first_open :] if row.open_minor and row.due_date > on
        ]

    def part_earned(self, row: LiveRow, principal: int, since: date, until: date, /) -> int:
        """What principal earns in a row's period between two days, in minor units, rounded once."""
        period, terms = row.period, self.agreement.terms
        upper, lower = (
            part_of_period(terms, rate=period.rate, start=period.start, end=period.end, until=day)
            for day in (until, since)
        )
        rate, whole = upper[0] * lower[1] - lower[0] * upper[1], upper[1] * lower[1]
        return self.agreement.divide(principal * rate, whole)

    def breach_possible_from(self, on: date, /) -> date | None:
        """The first day on which a breach could be declared for what is unpaid now."""
        late = self.overdue(on)
        if not late:
            return None
        return late[0].due_date + timedelta(
            days=self.conduct.grace_days + self.conduct.cure_days + 1
        )

    def settle(self, rows: Iterable[LiveRow], on: date, /) -> None:
        """Note the rows that are paid whole, and what they earn."""
        grace = timedelta(days=self.conduct.grace_days)
        for row in rows:
            if row.open_minor or row.settled_on:
                continue
            row.settled_on = on
            if row.vesting_minor and self.standing != "terminated":
                in_time = on <= row.due_date + grace
                if not in_time and self.late_tolerated < self.conduct.tolerated_late:
                    self.late_tolerated += 1
                    in_time = True
                if in_time and self.returned:  # it is owed again: earned only if the plan is cured
                    self._earned_in_breach += row.vesting_minor
                elif in_time:
                    self._vested_now += row.vesting_minor

    def _payment(self, event: events.Payment) -> None:
        self.received += event.amount_minor
        if self.rests_now:
            self.spare(event.on)
        if self.standing in {"renegotiated", "completed"}:
            self._post(event.id, event.on, (), credit=event.amount_minor)
            return
        self._use(event.id, event.on, event.amount_minor, event.excess or self.conduct.excess)

    def _use(self, event: str, on: date, amount: int, excess: Excess) -> None:
        """Spend money: what is due, then what comes next."""
        due = self.overdue(on)
        rule = self.conduct.rule_at((on - due[0].due_date).days if due else 0)
        order = [INDEX[name] for name in rule.order]
        parts = list(spend(due, amount, order, across_rows=rule.across == "rows"))
        if self.returned:
            left = amount - sum(part.amount_minor for part in parts)
            parts += spend([self.returned], left, order, across_rows=True)
        left = amount - sum(part.amount_minor for part in parts)
        freed = 0
        if left:
            ahead, freed = self._pay_ahead(on, left, order, excess, parts)
            due += ahead
        self.settle(due, on)
        left = amount - sum(part.amount_minor for part in parts)
        done = not self._anything_open()
        if done:  # everything waived on a condition is earned
            self._vested_now = self.pending_and_vested() - self.vested
        self._post(event, on, parts, credit=left, freed=freed)
        if done:
            self._note(on, "completed", standing="completed")

    def _pay_ahead(
        self, on: date, left: int, order: list[int], excess: Excess, parts: list[Part]
    ) -> tuple[list[LiveRow], int]:
        """Use what is more than due, adding to `parts`; the rows touched and the interest freed.

        Enough to end the plan ends it, without the interest to come. Else the next row is paid,
        and what is then left does what was agreed: later rows, or principal.
        """
        ahead = self.upcoming(on)
        if ahead and left >= sum(closing.owed(self, on)):
            closing.collapse(self, on)
            ahead += self.overdue(on)
            parts += spend(ahead, left, order, across_rows=True)
            return ahead, 0
        before = sum(part.amount_minor for part in parts)
        parts += spend(ahead[:1], left, order, across_rows=True)
        left -= sum(part.amount_minor for part in parts) - before
        freed = 0
        if left and excess != "advance" and prepayment.possible(self, on):
            paid_early, freed = prepayment.reduce(self, on, left, excess)
            parts += paid_early
            left -= sum(part.amount_minor for part in paid_early)
        parts += spend(ahead[1:], left, order, across_rows=True)
        return ahead, freed

    def _post(
        self, event: str, on: date, parts: Iterable[Part], *, credit: int, freed: int = 0
    ) -> None:
        self.credit += credit
        self.vested += self._vested_now
        self.postings.append(Posting(event, on, tuple(parts), credit, self._vested_now, freed))
        self._vested_now = 0

    def _anything_open(self) -> bool:
        if self.returned and self.returned.open_minor:
            return True
        return any(row.open_minor for row in self.queue[self.first_open :])

    def pending_and_vested(self) -> int:
        """All that was waived on a condition and has not come back, in minor units."""
        whole = sum(amount for _, amount in self.agreement.returning)
        return whole - (sum(self.returned.due) if self.returned else 0)

    def _skip(self, event: events.Skip) -> None:
        row = self._movable(event, event.row)
        if self.skips >= self.conduct.skips:
            raise PlanError("plan.no_skips_left", field="row", skips=self.conduct.skips)
        self.skips += 1
        terms = self.agreement.terms
        dates = terms.frequency.recurrence().dates(
            terms.first_due_date, len(self.rows) + self.skips
        )
        row.move(dates[-1], self.conduct)
        self.sort()
        self._note(event.on, "skipped", row=row.number, to=row.due_date.isoformat())

    def _date_move(self, event: events.DateMove) -> None:
        row = self._movable(event, event.row)
        if self.moves >= self.conduct.date_moves:
            raise PlanError("plan.no_date_moves_left", field="row", moves=self.conduct.date_moves)
        days = abs((event.to_date - row.due_date).days)
        if days > self.conduct.date_move_days or event.to_date < event.on:
            raise PlanError(
                "plan.date_moved_too_far", field="to_date", days_max=self.conduct.date_move_days
            )
        self.moves += 1
        row.move(event.to_date, self.conduct)
        self.sort()
        self._note(event.on, "date_moved", row=row.number, to=row.due_date.isoformat())

    def _movable(self, event: events.Skip | events.DateMove, number: int) -> LiveRow:
        """The row, if it is open and not yet past due."""
        self._assert_in_force()
        if number > len(self.rows):
            raise PlanError("plan.no_such_row", field="row", rows=len(self.rows))
        row = self.rows[number - 1]
        if not row.open_minor or row.due_date < event.on:
            raise PlanError("plan.row_not_movable", field="row", row=number)
        return row

    def _breach(self, event: events.Breach) -> None:
        self._assert_in_force()
        possible = self.breach_possible_from(event.on)
        if self.standing == "breached" or possible is None or event.on < possible:
            raise PlanError(
                "plan.breach_too_early",
                field="on",
                possible_from=possible.isoformat() if possible else None,
            )
        brought_back = self.pending_and_vested() - self.vested
        if self.conduct.waivers_return and brought_back:
            self.returned = self._returned(event.on, brought_back)
        self._note(event.on, "breached", standing="breached", returned_minor=brought_back)

    def _returned(self, on: date, amount: int) -> LiveRow:
        """What comes back, per component in proportion to what was waived."""
        returning = self.agreement.returning
        due = [0, 0, 0, 0, 0]
        shares = largest_remainder(amount, [part for _, part in returning])
        for (component, _), share in zip(returning, shares, strict=True):
            due[INDEX[component]] += share
        return LiveRow(
            number=0,
            due_date=on,
            due=due,
            paid=[0, 0, 0, 0, 0],
            open_minor=amount,
            vesting_minor=0,
            period=self.agreement.periods[0],
            balance_minor=0,
            charge_minor=0,
            late_until=date.max,
        )

    def _cure(self, event: events.Cure) -> None:
        late = self.overdue(event.on)
        if self.standing != "breached" or late:
            raise PlanError(
                "plan.not_cured", field="on", open_minor=sum(r.open_minor for r in late)
            )
        self._note(event.on, "cured", standing="active")
        if self.returned:
            paid, self.returned = sum(self.returned.paid), None
            self.vested += self._earned_in_breach
            self._earned_in_breach = 0
            if paid:
                self._use(event.id, event.on, paid, "advance")

    def _termination(self, event: events.Termination) -> None:
        self._assert_in_force()
        if self.rests_now:
            self.spare(event.on)
        closing.collapse(self, event.on)
        if not self.returned:  # only a breach brings back what still waits: it is given up for good
            self.vested = self.pending_and_vested()
        self._note(event.on, "terminated", standing="terminated")

    def _renegotiation(self, event: events.Renegotiation) -> None:
        self._assert_in_force()
        self._note(event.on, "renegotiated", standing="renegotiated", by=event.agreement)

    def _resumption(self, event: events.Resumption) -> None:
        """No day between counts: what was due waits so many days more, what fell due between is due
        on the last of them, each with its grace days before it."""
        self._assert_in_force()
        until = event.on + timedelta(days=event.days)
        self.overdue(event.on)
        for row in self.rows:
            if row.open_minor and row.due_date <= event.on:
                row.wait(event.days)
            elif row.open_minor and row.due_date < until:
                row.move(until, self.conduct)
        self.sort()
        self._note(event.on, "resumed", until=until.isoformat())

    def _rest(self, event: events.Rest) -> None:
        if self.rests_now:
            raise PlanError("plan.rests_already", field="on")
        most = up_to_ppm(event.mode, event.annual_rate_ppm)
        self.rests.append(Rest(event.id, event.on, None, most))
        self._note(event.on, "rest_began", mode=event.mode)

    def _rest_end(self, event: events.RestEnd) -> None:
        if not self.rests_now:
            raise PlanError("plan.rests_not", field="on")
        self.rests[-1] = self.rests[-1]._replace(to_date=event.on)
        self.spare(event.on)
        self._note(event.on, "rest_ended")

    @property
    def rests_now(self) -> bool:
        """Whether another plan is asked for, by the events so far."""
        return bool(self.rests) and self.rests[-1].to_date is None

    def spare(self, on: date, /) -> None:
        """Take off the interest that the last rest spared up to a day, while the plan is in force;
        what had been paid of it pays what is due, then the next row."""
        if self.standing not in IN_FORCE:
            return
        parts, back = sparing.take_off(self, on)
        if parts:
            self._post(self.rests[-1].id, on, parts, credit=0)
        if back or not self._anything_open():
            self._use(self.rests[-1].id, on, back, "advance")

    def _write_off(self, event: events.WriteOff) -> None:
        """Nothing changes in what was agreed."""
        self.written_off_on = event.on

    def _assert_in_force(self) -> None:
        if self.standing not in IN_FORCE:
            raise PlanError("plan.not_in_force", field="on", standing=self.standing)

    def sort(self) -> None:
        """Put the rows in the order of their due dates, after some have moved."""
        self.queue.sort(key=_by_due_date)
        self.first_open = 0

    def _note(
        self, on: date, kind: str, *, standing: Standing | None = None, **params: Any
    ) -> None:
        if standing:
            self.standing = standing
        self.happenings.append(Happening(on, kind, params))


def _by_due_date(row: LiveRow) -> tuple[date, int]:
    return row.due_date, row.number
