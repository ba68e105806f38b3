// Recomputes a Repact certificate anywhere: in a browser, or under node. No dependency, no float.
// The rules are those of docs/reference/plans.md; money is BigInt minor units, days are integers.
// verify(text) resolves to {verified, sha256, rows} or rejects with an Error whose message is a code.
import { CERTIFICATE, FIXED_YEAR, ROWS, parse, refuse, toDay } from "./form.js";

const PPM = 1000000n, LIMIT = 100000000000n;

// ---- days, periods and their exact rates [numerator, denominator]
const ymd = (n) => { const d = new Date(n * 864e5); return [d.getUTCFullYear(), d.getUTCMonth(), d.getUTCDate()]; };
const fromDay = (n) => new Date(n * 864e5).toISOString().slice(0, 10);
const onMonth = (index, anchor) => {
  const last = new Date(Date.UTC(0, 0, 1)); last.setUTCFullYear(Math.floor(index / 12), (index % 12) + 1, 0);
  return Math.round(last / 864e5) - last.getUTCDate() + Math.min(anchor, last.getUTCDate());
};
const monthOf = (n) => ymd(n)[0] * 12 + ymd(n)[1];
const step = (f, from, k) => f.unit === "month" ? onMonth(monthOf(from) + k * f.every, f.anchor_day) : from + k * f.every * (f.unit === "week" ? 7 : 1);

function yearFraction(start, end, convention) {
  const [y1, m1, d1] = ymd(start), [y2, m2, d2] = ymd(end);
  if (FIXED_YEAR[convention]) return [end - start, FIXED_YEAR[convention]];
  if (convention === "30/360") return [360 * (y2 - y1) + 30 * (m2 - m1) + (d1 >= 30 ? Math.min(d2, 30) : d2) - Math.min(d1, 30), 360];
  let sum = 0;
  for (let y = y1; y <= y2; y++) {
    const [first, next] = [Date.UTC(y, 0, 1) / 864e5, Date.UTC(y + 1, 0, 1) / 864e5];
    sum += (Math.min(end, next) - Math.max(start, first)) * (next - first === 366 ? 365 : 366);
  }
  return [sum, 365 * 366];
}
function periodRates(terms, dates) {
  const { frequency: f, day_count: convention } = terms, start = toDay(terms.effective_date);
  const twelfths = convention === "30/360" && f.unit === "month";
  const isDate = f.unit === "month" && start === onMonth(monthOf(start), f.anchor_day);
  const rateOn = (at) => {
    let [value, since] = [terms.annual_rate_ppm, -Infinity];
    for (const m of terms.measures) {
      if (m.kind === "freeze" && toDay(m.from_date) <= at && at < toDay(m.to_date)) return 0;
      if (m.kind === "rate" && since <= toDay(m.from_date) && toDay(m.from_date) <= at) [value, since] = [m.annual_rate_ppm, toDay(m.from_date)];
    }
    return value;
  };
  const changes = terms.measures.some((m) => m.kind === "freeze" || m.kind === "rate");
  return dates.map((end, k) => {
    const from = k ? dates[k - 1] : start, whole = twelfths && (k || (isDate && step(f, start, 1) === end));
    const [n, d] = whole ? [f.every, 12] : yearFraction(from, end, convention);
    let sum = terms.annual_rate_ppm * (end - from);
    if (changes) { sum = 0; for (let at = from; at < end; at++) sum += rateOn(at); }
    return [BigInt(n) * BigInt(sum), BigInt(d) * PPM * BigInt(end - from)];
  });
}

// ---- the schedule
function build(position, terms) {
  const div = terms.rounding === "half_up" ? (n, d) => (2n * n + d) / (2n * d)
    : (n, d) => { const q = n / d, r = 2n * (n % d); return q + (r > d || (r === d && q % 2n) ? 1n : 0n); };
  const f = terms.frequency, first = toDay(terms.first_due_date), shape = terms.shape, end = shape.length - 1;
  if (position.as_of !== terms.effective_date) refuse("plan.position_not_on_effective_date");
  if (first <= toDay(terms.effective_date)) refuse("plan.first_due_date_too_early");
  if ((f.unit === "month") !== (f.anchor_day !== undefined)) refuse("plan.anchor_day_is_for_months");
  if (f.anchor_day && first !== onMonth(monthOf(first), f.anchor_day)) refuse("plan.first_due_date_off_anchor");
  const closing = shape.map((s, i) => (["level", "growing", "custom", "lump_sum", "balloon"].includes(s.kind) ? i : -1)).filter((i) => i >= 0);
  const ends = shape[end].kind === "balloon", allowed = ends && end && shape[end - 1].kind === "level" ? [end - 1, end] : [end];
  if (closing.join() !== allowed.join()) refuse("plan.does_not_close_once");
  if (ends && (!end || !["level", "interest_only", "fixed"].includes(shape[end - 1].kind))) refuse("plan.balloon_misplaced");
  if (shape[end].kind === "lump_sum" && end) refuse("plan.lump_sum_stands_alone");
  const size = (s) => ({ balloon: 0, lump_sum: 1, custom: s.amounts_minor?.length })[s.kind] ?? s.count;
  const n = shape.reduce((sum, s) => sum + size(s), 0);
  if (n < 1 || n > ROWS) refuse("plan.too_many_rows");
  const dates = Array.from({ length: n }, (_, k) => step(f, first, k)), rates = periodRates(terms, dates);

  // measures, in their order
  const owed = Object.fromEntries(["principal", "interest", "penalty", "fees"].map((c) => [c, BigInt(position[c + "_minor"])]));
  const before = Object.values(owed).reduce((a, b) => a + b);
  const row = () => Array(n).fill(0n), out = { principal: row(), interest: row(), penalty: row(), fees: row() };
  const carried = row(), vesting = row(), balances = row(), later = [];
  let waived = 0n, capitalized = 0n, aside = 0n;
  const partOf = (m, of) => {
    if ((m.share_ppm === undefined) === (m.amount_minor === undefined)) refuse("plan.share_or_amount");
    const sum = m.share_ppm === undefined ? BigInt(m.amount_minor) : div(of * BigInt(m.share_ppm), PPM);
    return sum > of && m.kind !== "balloon" ? refuse("plan.more_than_owed") : sum;
  };
  const spread = (sum, k) => Array.from({ length: k }, (_, i) => (i < k - 1 ? sum / BigInt(k) : sum - (sum / BigInt(k)) * BigInt(k - 1)));
  for (const m of terms.measures) {
    if (m.from_date && m.from_date < terms.effective_date) refuse("plan.measure_before_start");
    if (m.to_date && m.to_date <= m.from_date) refuse("plan.dates_out_of_order");
    if (m.kind === "carry" && m.count !== undefined && m.to !== "spread") refuse("plan.count_without_spread");
    if (m.kind === "waive") {
      const sum = partOf(m, owed[m.component]); owed[m.component] -= sum; waived += sum;
      if (m.vests !== "now") (m.vests === "on_completion" ? [sum] : spread(sum, n)).reverse().forEach((v, i) => (vesting[n - 1 - i] += v));
    } else if (m.kind === "capitalize") {
      const sum = div(owed[m.component] * BigInt(m.share_ppm), PPM); owed[m.component] -= sum; owed.principal += sum; capitalized += sum;
    } else if (m.kind === "carry") { later.push([m, owed[m.component]]); owed[m.component] = 0n;
    } else if (m.kind === "set_aside") { const sum = partOf(m, owed.principal); owed.principal -= sum; aside += sum; }
  }

  // segments, row by row
  let at = 0, balance = owed.principal;
  const kept = [], resting = new Set(), interest = (k) => div(balance * rates[k][0], rates[k][1]);
  const balloon = ends ? partOf(shape[end], owed.principal) : 0n;
  const pay = (sum) => {
    const charge = interest(at), part = at === n - 1 ? balance : sum - charge;
    if (part < 0n) refuse("plan.negative_amortization");
    if (part > balance) refuse("plan.principal_above_balance");
    balance -= part; out.principal[at] = part; out.interest[at] = charge; balances[at++] = balance;
  };
  const annuity = (k, growth) => { // (balance - balloon·D) / Σ D·growth^i, with everything over one denominator
    let [sum, whole, plain] = [0n, 1n, 1n];
    for (const [r, d] of rates.slice(at, at + k).reverse()) { sum = d * (whole * PPM + growth * sum); whole *= (d + r) * PPM; plain *= d; }
    return [balance * whole - balloon * plain * PPM ** BigInt(k), sum];
  };
  for (const s of shape) {
    if (s.kind === "interest_only") for (let k = 0; k < s.count; k++) pay(interest(at));
    if (s.kind === "fixed") for (let k = 0; k < s.count; k++) pay(BigInt(s.amount_minor));
    if (s.kind === "level" || s.kind === "growing") {
      let [top, bottom] = annuity(s.count, PPM + BigInt(s.growth_ppm ?? 0));
      if (top < 0n) refuse("plan.balloon_too_large");
      for (let k = 0; k < s.count; k++, top *= PPM + BigInt(s.growth_ppm ?? 0), bottom *= PPM) pay(div(top, bottom));
    }
    if (s.kind === "holiday") {
      let sum = 0n;
      for (let k = 0; k < s.count; k++) {
        const charge = s.interest === "freeze" ? 0n : interest(at);
        if (s.interest === "accrue") balance += charge; else sum += charge;
        resting.add(at); balances[at++] = balance;
      }
      kept.push([at, sum]);
    }
    if (s.kind === "custom") s.amounts_minor.forEach((sum, k) => {
      if (k === s.amounts_minor.length - 1 && BigInt(sum) !== balance + interest(at)) refuse("plan.custom_last_amount");
      pay(BigInt(sum));
    });
    if (s.kind === "lump_sum") {
      let left = BigInt(s.amount_minor);
      for (const c of ["fees", "penalty", "interest", "principal"]) {
        const sum = left < owed[c] ? left : owed[c]; out[c][0] = sum; vesting[0] += owed[c] - sum; waived += owed[c] - sum; left -= sum;
      }
      if (left) refuse("plan.more_than_owed");
    }
  }
  for (const [from, sum] of kept) {
    const paying = dates.map((_, k) => k).filter((k) => k >= from && !resting.has(k));
    spread(sum, paying.length).forEach((v, i) => { out.interest[paying[i]] += v; carried[paying[i]] += v; });
  }
  if (shape[0].kind !== "lump_sum") for (const c of ["interest", "penalty", "fees"]) out[c][0] += owed[c];
  for (const [m, sum] of later) {
    const parts = m.to === "first" ? [sum] : m.to === "last" ? [...Array(n - 1).fill(0n), sum] : spread(sum, Math.min(m.count ?? n, n));
    parts.forEach((v, k) => { out[m.component][k] += v; carried[k] += v; });
  }
  out.principal[n - 1] += aside; carried[n - 1] += aside;

  const off = new Set(terms.business_day.days_off), worked = new Set(terms.business_day.days_worked);
  const works = (d) => worked.has(fromDay(d)) || (!off.has(fromDay(d)) && (d + 4) % 7 !== 0 && (d + 4) % 7 !== 6);
  const paidOn = (d) => { if (terms.business_day !== "none") while (!works(d)) d++; return fromDay(d); };
  const payments = dates.map((_, k) => out.principal[k] + out.interest[k] + out.penalty[k] + out.fees[k]);
  if ([...payments, ...balances].some((sum) => sum > LIMIT)) refuse("plan.amount_above_limit");
  const total = (column) => column.reduce((a, b) => a + b, 0n);
  if (balances[n - 1] || total(payments) + waived < before) refuse("plan.invariant_broken");
  return {
    rows: dates.map((d, k) => ({
      number: k + 1, due_date: paidOn(d), payment_minor: payments[k], principal_minor: out.principal[k], interest_minor: out.interest[k],
      penalty_minor: out.penalty[k], fees_minor: out.fees[k], carried_minor: carried[k], vesting_minor: vesting[k], balance_minor: balances[k],
    })),
    totals: {
      payment_minor: total(payments), principal_minor: total(out.principal), interest_minor: total(out.interest), penalty_minor: total(out.penalty),
      fees_minor: total(out.fees), waived_minor: waived, capitalized_minor: capitalized, carried_minor: total(carried),
    },
  };
}

// ---- canonical JSON (RFC 8785) and the hash over it
const canonical = (v) =>
  typeof v === "bigint" ? String(v)
    : Array.isArray(v) ? `[${v.map(canonical)}]`
      : v && typeof v === "object" ? `{${Object.keys(v).sort().map((k) => `${JSON.stringify(k)}:${canonical(v[k])}`)}}`
        : JSON.stringify(v);

export async function verify(raw) {
  const certificate = parse(raw);
  CERTIFICATE(certificate);
  const { position, terms } = certificate, { rows, totals } = build(position, terms);
  const last = rows.length - 1, residual = last ? rows[last].payment_minor - rows[last - 1].payment_minor : 0n;
  const bytes = new TextEncoder().encode(canonical({ position, terms, rows, totals }));
  const sha256 = [...new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))].map((b) => b.toString(16).padStart(2, "0")).join("");
  const same = sha256 === certificate.schedule_sha256 && residual === BigInt(certificate.residual_minor);
  if (!same || canonical(totals) !== canonical(certificate.sums)) refuse("plan.certificate_differs");
  return { verified: true, sha256, rows: rows.length };
}
