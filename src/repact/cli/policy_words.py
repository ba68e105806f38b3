"""What is wrong with a policy, as sentences for a terminal, in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SENTENCES: Mapping[str, tuple[str, str]] = {
    # the form of the text
    "policy.too_long": ("文件太大。", "The file is too large."),
    "policy.not_yaml": ("这不是有效的 YAML。", "This is not YAML."),
    "policy.alias": ("不使用 YAML 别名，请写全。", "No YAML aliases: write it out."),
    "policy.key_twice": ("同一个键写了两次。", "The key stands twice."),
    "policy.key_not_text": ("键必须是文字。", "A key must be text."),
    "policy.fraction": ("只写整数，不写小数。", "Whole numbers only."),
    "policy.odd_integer": ("请写成普通的十进制整数。", "Write a plain decimal integer."),
    "policy.odd_date": ("请写成 2026-11-25 这样的日期。", "Write a date such as 2026-11-25."),
    "policy.too_deep": ("层级太深。", "Nested too deep."),
    "policy.odd_truth": ("请写 true 或 false。", "Write true or false."),
    "policy.odd_value": ("这种写法不能用。", "This kind of value is not used."),
    "policy.unknown_key": ("没有这一项。", "There is no such field."),
    "policy.unknown_value": ("没有这个选项。", "There is no such choice."),
    "policy.missing": ("缺少这一项。", "This field is missing."),
    "policy.named_twice": ("重复：{names}。", "Named twice: {names}."),
    "policy.must_rise": (
        "必须从小到大，不重复。",
        "Every value must be larger than the one before.",
    ),
    "policy.dates_inverted": ("结束早于开始。", "The end is before the beginning."),
    "policy.days_inverted": ("止日早于起日。", "to_days is before from_days."),
    "policy.amounts_inverted": ("上限低于下限。", "The largest is below the smallest."),
    "policy.band_inverted": ("低、中、高必须依次不减。", "Low, typical and high must not fall."),
    # parts that must fit together
    "policy.product_without_instrument": (
        "产品 {product} 没有任何协商措施。",
        "Product {product} has no instrument.",
    ),
    "policy.nothing_in_bucket": (
        "产品 {product} 在区间 {bucket} 没有可用的措施。",
        "Product {product} has nothing to offer in bucket {bucket}.",
    ),
    "policy.core_cannot_service": (
        "核心系统不支持产品 {product} 的：{instruments}。",
        "The core cannot service {instruments} of product {product}.",
    ),
    "policy.core_instruments_unused": (
        "产品 {product} 由本平台记账，core_instruments 不起作用。",
        "Product {product} is kept here: core_instruments mean nothing.",
    ),
    "policy.instrument_without_bounds": (
        "措施 {instrument} 没有设定范围。",
        "Instrument {instrument} has no bounds.",
    ),
    "policy.instrument_unused": (
        "没有产品使用措施 {instrument}。",
        "No product uses instrument {instrument}.",
    ),
    "policy.bucket_gap": (
        "逾期 {from_days} 到 {to_days} 天没有区间。",
        "No bucket holds {from_days} to {to_days} days past due.",
    ),
    "policy.bucket_overlap": (
        "区间 {bucket} 与 {next} 重叠。",
        "Buckets {bucket} and {next} overlap.",
    ),
    "policy.bucket_ends": (
        "最后一个区间 {bucket} 止于 {to_days} 天，应写 null。",
        "The last bucket, {bucket}, ends at {to_days} days; write null.",
    ),
    "policy.cascade_unused": (
        "阶梯里的 {instrument} 没有产品使用。",
        "The cascade names {instrument}, which no product has.",
    ),
    "policy.cascade_misses": (
        "阶梯里没有 {instrument}，它永远不会被尝试。",
        "The cascade misses {instrument}: it is never tried.",
    ),
    "policy.rate_above_contract": (
        "利率 {rate_ppm} ppm 高于合同上限 {rate_ppm_max} ppm。",
        "The rate of {rate_ppm} ppm is above the contract's {rate_ppm_max} ppm.",
    ),
    "policy.default_below_contract": (
        "产品 {product} 的逾期利率上限低于合同利率上限。",
        "Product {product} costs less in default than by contract.",
    ),
    "policy.late_above_default": (
        "协议的逾期利率 {rate_ppm} ppm 高于原合同的 {rate_ppm_max} ppm。",
        "Late interest of {rate_ppm} ppm is above the contract's own {rate_ppm_max} ppm.",
    ),
    "policy.accrual_rate": (
        "mode 为 {mode}：只有 reduced 才写、也必须写利率。",
        "Mode {mode}: a rate belongs to `reduced`, and only there.",
    ),
    "policy.asking_costs": (
        "协商期间继续计息：申请会增加费用。",
        "Interest runs while a case is open: asking costs money.",
    ),
    "policy.default_region_unknown": (
        "默认地区 {region} 没有参考标准。",
        "The default region {region} has no guideline.",
    ),
    "policy.no_outlier_reasons": (
        "有参考标准，却没有可说明的理由。",
        "There are guidelines but no reasons for what lies outside them.",
    ),
    "policy.category_unknown": (
        "没有支出类别 {category}。",
        "There is no spending category {category}.",
    ),
    "policy.no_buffer": ("没有留应急余额。", "Nothing is kept for emergencies."),
    "policy.business_without_rules": (
        "产品 {product} 面向经营者，却没有经营规则。",
        "Product {product} is for businesses, but there are no business rules.",
    ),
    "policy.reason_never_shown": (
        "原因 {reason} 的证明没有一种被接受。",
        "No evidence of reason {reason} is accepted by any tier.",
    ),
    # limits, dates and promises
    "policy.tiers_out_of_order": (
        "{role} 应排在 {below} 之前。",
        "{role} must stand before {below}.",
    ),
    "policy.tiers_not_rising": (
        "{role} 的 {limit} 低于 {below}。",
        "{limit} of {role} is below that of {below}.",
    ),
    "policy.automatic_above_agent": (
        "自动审批的 {limit} 高于 {role}。",
        "{limit} of the automatic tier is above that of {role}.",
    ),
    "policy.cap_below_tier": (
        "每日自动上限低于单笔自动上限。",
        "A day's automatic sum is below a single automatic offer.",
    ),
    "policy.no_person": ("没有任何人工层级。", "No tier is held by a person."),
    "policy.tier_nobody_holds": ("层级 {role} 无人担任。", "Nobody holds tier {role}."),
    "policy.no_second_person": (
        "上级不足两人，申诉无法由另一人决定。",
        "Fewer than two people stand above the agents: an appeal has no second person.",
    ),
    "policy.product_unknown": ("没有产品 {product}。", "There is no product {product}."),
    "policy.pool_ended": ("额度池 {pool} 已于 {to_date} 结束。", "Pool {pool} ended on {to_date}."),
    "policy.pools_overlap": (
        "额度池 {pool} 与 {other} 日期重叠。",
        "Pools {pool} and {other} overlap.",
    ),
    "policy.no_pool": (
        "{on} 没有供产品 {product} 使用的额度池。",
        "No pool serves product {product} on {on}.",
    ),
    "policy.evidence_not_rising": (
        "证明层级 {tier} 应不低于 {below}。",
        "Evidence tier {tier} must not be below {below}.",
    ),
    "policy.evidence_gap": (
        "{limit} 只覆盖到 {covered_minor}，需要 {needed_minor}。",
        "{limit} covers {covered_minor} of the {needed_minor} that may be given.",
    ),
    "policy.evidence_without_kinds": (
        "证明层级 {tier} 没有列出证明种类。",
        "Evidence tier {tier} names no kinds.",
    ),
    "policy.evidence_later_without_trial": (
        "后补期限和试还期数应同时设定。",
        "Documents that follow later and trial payments go together.",
    ),
    "policy.evidence_beyond_trial": (
        "试还 {trial_rows} 期超出措施允许的 {rows} 期。",
        "{trial_rows} trial payments are more than the {rows} the instrument allows.",
    ),
    "policy.offer_outlives_notice": (
        "方案有效 {days} 天，长于首期前的 {notice_days} 天。",
        "An offer stands {days} days, longer than the {notice_days} before a first payment.",
    ),
    "policy.cooling_off_outlives_notice": (
        "犹豫期 {days} 天长于首期前的 {notice_days} 天。",
        "Cooling off takes {days} days, longer than the {notice_days} before a first payment.",
    ),
    "policy.hold_shorter_than_offer": (
        "停催 {hold_days} 天短于方案有效期 {days} 天。",
        "Collection stops for {hold_days} days, an offer stands {days}.",
    ),
    "policy.borrower_sees_more": (
        "借款人看到的方案多于协商专员。",
        "The borrower would see more offers than the agent.",
    ),
    "policy.automatic_without_tier": (
        "产品 {product} 设为自动，却没有自动层级。",
        "Product {product} is automatic, but there is no automatic tier.",
    ),
    "policy.automatic_without_limit": (
        "产品 {product} 设为自动，却没有每日上限。",
        "Product {product} is automatic without a daily count and amount.",
    ),
    "policy.rollout_misses": (
        "产品 {product} 没有写上线方式。",
        "Nothing says how product {product} goes live.",
    ),
    "policy.reason_unknown": ("没有困难原因 {reason}。", "There is no hardship reason {reason}."),
    "policy.relief_ended": (
        "帮扶 {relief} 已于 {to_date} 结束。",
        "Relief {relief} ended on {to_date}.",
    ),
    "policy.relief_without_instrument": (
        "帮扶 {relief} 没有措施。",
        "Relief {relief} has no instrument.",
    ),
    "policy.relief_beyond_bounds": (
        "帮扶的 {rows} 期超出允许的 {rows_max} 期。",
        "Relief of {rows} rows is more than the {rows_max} allowed.",
    ),
    "policy.card_contents": (
        "产品 {product} 的协议缺少第七十条要求的内容：{missing}。",
        "The agreement of product {product} lacks what article 70 asks for: {missing}.",
    ),
    "policy.survival_unknown": (
        "没有履约模型 {survival}。",
        "There is no survival model {survival}.",
    ),
}
BY_LAW = ("超出法律规定（{rule}）：{figures}。", "Beyond the law ({rule}): {figures}.")
BY_FORM = ("不符合格式（{rule}）。", "Not in the right form ({rule}).")


def sentence(problem: Mapping[str, Any], /, *, chinese: bool) -> str:
    """What is wrong, in one sentence; a rule of law by its id, a rule of form by its name."""
    language = 0 if chinese else 1
    rule, params = problem["rule_id"], problem["params"]
    if rule in SENTENCES:
        return SENTENCES[rule][language].format_map(params)
    figures = ", ".join(f"{name} {value}" for name, value in sorted(params.items()))
    words = BY_FORM if rule.startswith("policy.") else BY_LAW
    return words[language].format(rule=rule, figures=figures)
