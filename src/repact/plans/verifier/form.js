// The form of a certificate: read without guessing, unknown keys, wrong types and values out of
// range refused by the codes of docs/reference/plans.md.
export const ROWS = 600;
export const FIXED_YEAR = { "ACT/365F": 365, "ACT/360": 360, "ACT/364": 364 };
export const refuse = (code) => { throw new Error(code); };
export const toDay = (iso) => Date.UTC(...iso.split("-").map((n, i) => (i === 1 ? n - 1 : +n))) / 864e5;
const LIMIT = 10 ** 11;

const int = (low, high) => (v) => (Number.isInteger(v) && v >= low && v <= high) || refuse("plan.out_of_range");
const one = (...all) => (v) => all.includes(v) || refuse("plan.not_one_of");
const text = (pattern) => (v) => (typeof v === "string" && pattern.test(v)) || refuse("plan.wrong_type");
const list = (item, low, high) => (v) =>
  Array.isArray(v) && v.length >= low && v.length <= high ? v.forEach(item) : refuse("plan.wrong_type");
const maybe = (check) => Object.assign((v) => v === undefined || check(v), { optional: true });
const anything = (v) => (v !== null && typeof v === "object" && !Array.isArray(v)) || refuse("plan.wrong_type");
const object = (form) => (v) => {
  anything(v);
  for (const key in v) if (!Object.hasOwn(form, key)) refuse("plan.unknown_key");
  for (const key in form) form[key](Object.hasOwn(v, key) ? v[key] : undefined);
};
const kinds = (forms) => (v) => {
  anything(v);
  Object.hasOwn(forms, v.kind) ? object({ kind: one(v.kind), ...forms[v.kind] })(v) : refuse("plan.unknown_kind");
};
const day = (v) => {
  text(/^(19|20|21)\d\d-\d\d-\d\d$/)(v);
  if (new Date(toDay(v) * 864e5).toISOString().slice(0, 10) !== v) refuse("plan.wrong_type");
};
const amount = int(0, LIMIT), rate = int(0, 10 ** 7), share = int(0, 10 ** 6), count = int(1, ROWS), hash = text(/^[0-9a-f]{64}$/);
const part = { share_ppm: maybe(share), amount_minor: maybe(amount) };
const accrued = one("interest", "penalty", "fees"), dayCount = one("30/360", "ACT/ACT", ...Object.keys(FIXED_YEAR));
const MEASURE = kinds({
  waive: { component: one("principal", "interest", "penalty", "fees"), vests: one("now", "per_installment", "on_completion"), ...part },
  capitalize: { component: accrued, share_ppm: share },
  carry: { component: accrued, to: one("first", "spread", "last"), count: maybe(count) },
  set_aside: part, rate: { from_date: day, annual_rate_ppm: rate }, freeze: { from_date: day, to_date: day },
});
const SEGMENT = kinds({
  level: { count }, interest_only: { count }, holiday: { count, interest: one("accrue", "simple", "freeze") },
  fixed: { count, amount_minor: int(1, LIMIT) }, growing: { count, growth_ppm: int(-999999, 10 ** 6) },
  custom: { amounts_minor: list(amount, 1, ROWS) }, balloon: part, lump_sum: { amount_minor: int(1, LIMIT) },
});
const TERMS = object({
  version: one(1), effective_date: day, annual_rate_ppm: rate, day_count: dayCount, rounding: one("half_up", "half_even"),
  measures: list(MEASURE, 0, 50), first_due_date: day, shape: list(SEGMENT, 1, 50), conduct: anything,
  frequency: object({ every: int(1, 366), unit: one("day", "week", "month"), anchor_day: maybe(int(1, 31)) }),
  business_day: (v) => v === "none" || object({ rule: one("following"), calendar: text(/^[^]{1,60}$/u), days_off: list(day, 0, 2000), days_worked: list(day, 0, 500) })(v),
});
const POSITION = object({
  as_of: day, currency: text(/^[A-Z]{3}$/), principal_minor: int(1, LIMIT), interest_minor: amount, penalty_minor: amount, fees_minor: amount,
  contract: maybe(object({ annual_rate_ppm: rate, day_count: dayCount, remaining: list(object({ due_date: day, amount_minor: amount }), 0, ROWS) })),
});
export const CERTIFICATE = object({ version: one(1), position: POSITION, terms: TERMS, sums: anything, residual_minor: int(-1e15, 1e15), schedule_sha256: hash });

export function parse(raw) {
  let keys = 0;
  const count = (v) => v && typeof v === "object" && Object.values(v).forEach((x) => (Array.isArray(v) || keys++, count(x)));
  const bare = raw.replace(/"(?:[^"\\]|\\.)*"/g, '"');
  if (/\d[.eE]|-0(?!\d)/.test(bare)) refuse("plan.wrong_type"); // a number that is not an integer
  const value = JSON.parse(raw);
  count(value);
  if (keys !== (bare.match(/:/g) || []).length) refuse("plan.duplicate_key");
  return value;
}
