"""What `repact policy check` finds, one sentence for each rule; policy_wrong.py has the examples."""

from __future__ import annotations

TEXT = """
product_without_instrument | A product without any instrument is an error: nothing could be offered. | 产品没有任何措施是错误：没有东西可以提供。
nothing_in_bucket | A product with nothing to offer in a bucket is pointed out. | 产品在某个逾期区间没有可用措施时给出提醒。
core_cannot_service | What the keeper of the record cannot service may not be allowed. | 记账系统不支持的措施不得列入。
core_instruments_unused | Instruments of the core mean nothing where the core keeps no record. | 不由核心系统记账时，核心系统措施不起作用。
instrument_without_bounds | An instrument may not be named without saying how far it may go. | 列出的措施必须设定范围。
instrument_unused | Bounds that no product uses are pointed out. | 没有产品使用的范围给出提醒。
bucket_gap | Every number of days past due has a bucket. | 每个逾期天数都有所属区间。
bucket_overlap | No number of days past due has two buckets. | 同一逾期天数不属于两个区间。
bucket_ends | The last bucket has no end. | 最后一个区间没有终点。
cascade_unused | The cascade names only what some product has. | 阶梯只列产品拥有的措施。
cascade_misses | An instrument that the cascade misses is pointed out: it would never be tried. | 阶梯遗漏的措施给出提醒：它永远不会被尝试。
rate_above_contract | No plan, no waiting and no relief is dearer than the contract. | 方案、等待期和帮扶的利率都不高于合同。
accrual_rate | A rate belongs to reduced accrual, and only there. | 只有减息才写利率，也必须写。
asking_costs | Interest that runs while a case is open is pointed out: asking should add no cost. | 协商期间照常计息时给出提醒：申请不应增加费用。
default_below_contract | Arrears cannot cost less than the contract. | 逾期成本上限不低于合同利率上限。
late_above_default | A plan's late interest is never above the contract's own. | 方案的逾期利率不高于原合同。
default_region_unknown | The default region has a guideline. | 默认地区有参考标准。
no_outlier_reasons | Where there are guidelines there are reasons for what lies outside them. | 有参考标准，就有超出标准的理由可选。
category_unknown | A guideline is about a category of the policy. | 参考标准针对已列出的支出类别。
no_buffer | A policy that keeps nothing for emergencies is pointed out. | 不留应急余额的政策给出提醒。
business_without_rules | A product for businesses needs rules for businesses. | 面向经营者的产品要有经营规则。
reason_never_shown | A reason whose evidence nobody accepts is pointed out. | 证明不被接受的原因给出提醒。
tiers_out_of_order | Tiers stand from the smallest role to the largest. | 层级由小到大排列。
tiers_not_rising | Who stands higher may give at least as much. | 上级的权限不低于下级。
automatic_above_agent | Nothing automatic gives more than an agent may. | 自动审批不超过专员权限。
cap_below_tier | A day's automatic sum below one automatic offer is pointed out. | 每日自动上限低于单笔上限时给出提醒。
tier_nobody_holds | Every tier is held by somebody. | 每个层级都有人担任。
no_second_person | Fewer than two people above the agents is pointed out: an appeal needs another person. | 上级不足两人时给出提醒：申诉须由另一人决定。
product_unknown | Pools and rollout name only products of the policy. | 额度池和上线方式只写已列出的产品。
pools_overlap | Pools for one product do not overlap in time. | 同一产品的额度池日期不重叠。
evidence_not_rising | More evidence is enough for more. | 证明越多，适用的金额越高。
evidence_gap | Evidence tiers cover every debt and concession that is allowed. | 证明层级覆盖所有允许的欠款和让步。
evidence_without_kinds | A tier that asks for evidence says which. | 要求证明的层级写明种类。
evidence_later_without_trial | Documents that follow later and trial payments go together. | 后补材料与试还同时设定。
evidence_beyond_trial | Trial payments stay within the instrument's bounds. | 试还期数不超过措施范围。
offer_outlives_notice | An offer accepted on its last day still comes before its first payment. | 方案在最后一天接受，首期仍未到期。
cooling_off_outlives_notice | Cooling off ends before the first payment. | 犹豫期在首期之前结束。
hold_shorter_than_offer | Collection stays stopped while an offer stands. | 方案有效期间一直停催。
borrower_sees_more | The agent sees every offer the borrower sees. | 借款人看到的方案，专员都能看到。
automatic_without_limit | Automatic offers have a daily count and amount. | 自动方案有每日数量和金额上限。
automatic_without_tier | Automatic offers need an automatic tier. | 自动方案要有自动层级。
rollout_misses | A product of which nothing says how it goes live is pointed out. | 没写上线方式的产品给出提醒。
reason_unknown | Relief names only reasons of the policy. | 帮扶只写已列出的原因。
relief_without_instrument | Relief has something to give. | 帮扶要有措施。
relief_beyond_bounds | Relief stays within the bounds of its instruments. | 帮扶不超出措施范围。
survival_unknown | The survival model that is named exists. | 写明的履约模型存在。
card_contents | A card's agreement that leaves out what article 70 asks for is pointed out. | 信用卡协议缺少第七十条内容时给出提醒。
"""
RULES: dict[str, tuple[str, str]] = {
    name: (english, chinese)
    for name, english, chinese in (line.split(" | ") for line in TEXT.strip().splitlines())
}
