"""What every field of a policy means, in both languages; a test holds it to the model."""

from __future__ import annotations

TEXT = """
Policy.version | form of the document, 2 | 文档格式版本，为 2
Policy.code | the policy's own name, a slug | 政策代号
Policy.name | what people call it | 名称
Policy.lender_type | what kind of lender, as the law knows it | 机构类型，决定适用的法律
Policy.jurisdiction | whose law holds | 适用法律
Policy.effective_from | the first day it holds; offers made before keep theirs | 生效日，之前的方案不受影响
Policy.currency | currency of every amount | 币种
Policy.products | what it covers | 覆盖的产品
Policy.reasons | hardship reasons | 困难原因
Policy.buckets | what may be offered at which days past due | 逾期区间及可用措施
Policy.eligibility | who may have a plan | 准入条件
Policy.accrual_while_open | what the debt does while a case is open | 协商期间是否计息
Policy.accrual_of_offer | who bears the interest until an offer expires | 方案有效期内的利息由谁承担
Policy.accounting | how the accountants judge a changed debt | 会计判断口径
Policy.affordability | how means are measured | 还款能力的算法
Policy.instruments | how far each instrument may go | 各项措施的范围
Policy.cascade | the order in which concessions are tried | 让步的先后顺序
Policy.authority | who may give how much | 审批权限
Policy.pools | money set aside for concessions | 额度池
Policy.evidence | what must be shown for how much | 证明要求
Policy.offers | how long an offer stands, how many are shown | 方案有效期与数量
Policy.agreement | what agreements must say | 协议必备内容
Policy.conduct | what happens after signing | 签署后的履约条款
Policy.service | what the lender promises about time | 服务时限
Policy.rollout | how each product goes live | 上线方式
Policy.survival | the model of how plans are kept, by its code | 履约模型代号
Policy.relief | help for many at once | 批量帮扶
Product.code | the product's code in the loan book | 产品代号，与贷款台账一致
Product.name | what people call it | 名称
Product.kind | loan, card, wallet credit or business: which law holds | 产品种类，决定适用的法律
Product.keeper | whose books are the record | 以谁的账为准
Product.core_instruments | what the lender's core can service | 核心系统支持的措施
Product.instruments | what may be offered | 可用的措施
Product.revolving | whether it is a line that can be drawn again | 是否循环额度
Product.contract_rate_ppm_max | the highest contract rate, a year | 合同年利率上限
Product.default_rate_ppm_max | the most that arrears cost in all, a year | 逾期全部成本的年化上限
Product.months_max | the longest plan | 方案最长月数
Reason.code | the reason in the application | 原因代号
Reason.name | how it is said | 名称
Reason.evidence | what can show it | 可用的证明
Bucket.code | name of the bucket | 区间代号
Bucket.from_days | first day past due | 起始逾期天数
Bucket.to_days | last day past due; null has no end | 截止逾期天数，null 表示不限
Bucket.instruments | what may be offered there | 可用的措施
Eligibility.owed_minor_min | the smallest debt | 最低欠款
Eligibility.owed_minor_max | the largest debt; above, a person plans | 最高欠款，超过由人工处理
Eligibility.plans_per_year_max | plans in 365 days | 一年内方案数
Eligibility.plans_running_max | running plans when asking anew | 申请时正在履行的方案数
Eligibility.pre_arrears | whether help comes before arrears | 未逾期能否申请
Eligibility.legal_stages | stages at which a plan may be made | 可协商的法律阶段
Eligibility.minors | always false: a guardian and a person are needed | 固定为 false：未成年人需监护人和人工
AccrualWhileOpen.mode | frozen, reduced or running | 停息、减息或照常
AccrualWhileOpen.annual_rate_ppm | the reduced rate, a year | 减息后的年利率
Accounting.substantial | when a change is a new debt: ten_percent, ten_percent_or_kind, never | 实质性修改的判断方法
Accounting.substantial_share_ppm | the share of ten_percent | 实质性修改的比例
Accounting.diminished_share_ppm_max | a larger loss at the original rate is a default | 超过该比例的价值损失视为违约
Accounting.stage_three_days | more days past due hint at stage three | 超过该逾期天数提示第三阶段
Accounting.replaced_max | more plans replaced look like evergreening | 被取代的方案超过该数提示借新还旧
Accounting.replaced_months | in so many months | 统计的月数
Affordability.living_floor_first_minor | least spending of one person, a month | 一人每月最低生活支出
Affordability.living_floor_each_minor | and of each further person | 每多一人增加
Affordability.buffer_share_ppm | share of what is left that is kept | 结余中留作应急的比例
Affordability.buffer_floor_minor | and at least so much | 应急余额下限
Affordability.categories | kinds of spending | 支出类别
Affordability.default_region | guideline for regions without their own | 没有标准的地区参照哪里
Affordability.guidelines | what things usually cost | 支出参考标准
Affordability.outlier_reasons | accepted reasons for other spending | 超出标准的可接受理由
Affordability.priority_kinds | debts that come first | 优先偿付的欠款
Affordability.priority_months | in how many months their arrears are cleared | 优先欠款几个月内还清
Affordability.business | how a business is measured | 经营者的算法
Category.code | code of the kind | 类别代号
Category.name | how it is said | 名称
Category.essential | whether it counts before a plan | 是否必要支出
Guideline.region | where | 地区
Guideline.category | what for | 类别
Guideline.bands | usual amounts by people in the home | 按人数的区间
Band.people | people in the home, up to | 家庭人数（至）
Band.low_minor | below it a reason is asked | 低于此数需说明
Band.typical_minor | the usual amount | 通常数额
Band.high_minor | above it a reason is asked | 高于此数需说明
Named.code | code | 代号
Named.name | how it is said | 名称
Business.buffer_weeks | weeks of running costs kept | 保留几周的运营成本
Business.buffer_months | in how many months they are built up | 几个月内攒足
Business.share_ppm_max | share of what is left that may go to plans | 结余中可用于还款的比例
Balloon.share_ppm_max | largest last payment, of principal | 尾款占本金的最高比例
Balloon.above_means | whether it may be more than a month can pay; else a person agrees on it | 尾款能否超过月还款能力，否则由人工商定
Capitalize.components | what may become principal | 可并入本金的部分
Carry.to | where what is set aside goes | 挂起部分的去向
CatchUp.months_max | months to catch up | 补齐欠款的最长月数
DateChange.days_max | how far a due date moves | 还款日最多移动天数
DateChange.per_year_max | how often a year | 每年次数
Extension.counts | numbers of payments | 可选期数
Freeze.months_max | months without interest | 停息最长月数
FrequencyChange.frequencies | rhythms of payment | 可选还款频率
Holiday.rows_max | rows without payment | 最多暂停期数
Holiday.interest | what interest does meanwhile | 暂停期间的利息
InterestOnly.rows_max | rows of interest alone | 只还利息的最多期数
LineConversion.counts | numbers of payments | 可选期数
LineConversion.line_after | what becomes of the line | 原额度如何处理
RateCut.rates_ppm | yearly rates | 可选年利率
Reduced.rows_max | rows of a smaller payment | 低额还款最多期数
Reduced.share_ppm_min | its smallest share of the level payment | 占等额还款的最低比例
Seasonal.low_months_max | low months a year | 每年淡季月数
Seasonal.share_ppm_min | their smallest share of the level payment | 淡季还款的最低比例
SetAside.share_ppm_max | largest share of principal that waits | 可后置本金的最高比例
Settlement.share_ppm_min | smallest share that settles | 结清的最低比例
Settlement.installments_max | in how many payments | 最多分几次
Settlement.days | within how many days | 多少天内
StepUp.steps_max | steps at most | 最多几级
StepUp.growth_ppm_max | growth from step to step | 每级最高增幅
Trial.rows | payments on time before a plan is final | 试还期数
Waiver.shares_ppm | shares that may be waived | 可减免比例
Waiver.vests | when the waiver is final | 减免何时生效
PrincipalWaiver.share_ppm_max | largest share of principal waived | 本金减免的最高比例
PrincipalWaiver.vests | when the waiver is final | 减免何时生效
Authority.tiers | from the smallest to the largest | 由小到大的层级
Authority.caps | sums over time | 累计上限
Tier.role | automatic, agent, supervisor or committee | 层级
Tier.holders | how many people hold it | 担任人数
Tier.concession_minor_max | present value given up and waived | 让步上限
Tier.waived_minor_max | waived | 减免上限
Tier.share_ppm_max | concession as a share of what is owed | 让步占欠款的比例上限
Tier.forbearance_number_max | which forbearance it may be at most | 最多第几次纾困
Caps.agent_day_minor | by an agent in a day | 专员每日累计
Caps.borrower_year_minor | to a borrower in 365 days | 同一借款人一年累计
Caps.automatic_day_minor | by nobody's hand in a day | 自动审批每日累计
Pool.code | name of the pool | 额度池代号
Pool.amount_minor | what is in it | 金额
Pool.from_date | first day | 起始日
Pool.to_date | last day | 截止日
Pool.products | products it serves; none named: all | 适用产品，空为全部
EvidenceTier.tier | none, one or full | 证明层级
EvidenceTier.concession_minor_max | concession it is enough for | 适用的让步上限
EvidenceTier.owed_minor_max | debt it is enough for | 适用的欠款上限
EvidenceTier.kinds | what is accepted | 可接受的证明
EvidenceTier.later_days | days in which documents may follow | 可后补的天数
EvidenceTier.trial_rows | payments on time meanwhile | 期间试还期数
Offers.days | days an offer stands | 方案有效天数
Offers.borrower_max | offers the borrower sees | 借款人看到的方案数
Offers.agent_max | offers the agent sees | 专员看到的方案数
Agreement.contents | what it must say (article 70) | 必备内容（第七十条）
Agreement.collection_stops | when collection stops | 何时停催
Conduct.grace_days | days after a due date on which nothing is added | 宽限天数
Conduct.late_rate_ppm | yearly rate on a late payment's principal | 逾期本金的年利率
Conduct.late_day_count | how days become years | 计息天数惯例
Conduct.remind_days | days before a due date for a reminder | 提前几天提醒
Conduct.waivers_return | whether a breach brings waivers back | 违约是否恢复减免
Conduct.nudge_days | days before grace ends for a word of warning with help | 宽限期结束前几天提醒并提供帮助
Conduct.invite_days | days before a breach is possible for an invitation to agree anew | 可认定违约前几天邀请再次协商
Conduct.debit_attempts | debits tried for one due date | 同一还款日最多扣款次数
Conduct.debit_every_days | days between them | 扣款间隔天数
Conduct.debit_leaves_minor | what a debit always leaves in the wallet | 扣款后钱包至少留下的金额
Conduct.declared_by | who declares a breach: a person or the clock | 由谁认定违约：人工或到期自动
Conduct.tolerated_late | late payments that keep their waivers | 可容忍的逾期次数
Conduct.cure_days | days to make a breach good | 补救天数
Conduct.skips | payments that may move to the end | 可跳期次数
Conduct.date_moves | due dates that may move | 可改期次数
Conduct.date_move_days | how far | 最多改几天
Conduct.excess | what a larger payment does | 多还的钱如何处理
Conduct.allocation | the order in which payments are used | 冲抵顺序
AllocationRule.from_days_past_due | from so many days behind | 自逾期几天起
AllocationRule.across | row by row, or component by component | 逐期或逐项
AllocationRule.order | the order | 顺序
Service.reply_hours | hours to an answer | 答复小时数
Service.notice_days | days before a first payment | 首期前的天数
Service.cooling_off_days | days to step back | 犹豫期天数
Service.appeal_days | days to appeal | 申诉天数
Service.adviser_hold_days | days for a debt adviser | 债务顾问介入的停催天数
Service.ladder_rests | warnings and breach of a running plan wait while another is asked for | 重新协商期间不催告、不宣布违约
Service.hold_days | days collection stops | 停催天数
Service.hold_renewals_max | how often that is renewed | 停催可续次数
Service.breathing_days | pause on a negative budget | 入不敷出时的喘息天数
Service.evidence_reminder_days | days before a reminder of documents | 几天后提醒补材料
Rollout.product | which product | 产品
Rollout.mode | shadow, suggest or automatic | 影子、建议或自动
Rollout.daily_count_max | automatic offers a day | 每日自动方案数
Rollout.daily_minor_max | their concessions a day | 每日自动让步金额
Relief.code | name of the relief | 帮扶代号
Relief.name | how it is said | 名称
Relief.reasons | for which reasons; none named: all | 适用原因，空为全部
Relief.regions | in which regions; none named: all | 适用地区，空为全部
Relief.employers | whose people; none named: all | 适用单位，空为全部
Relief.from_date | first day | 起始日
Relief.to_date | last day | 截止日
Relief.instruments | with what | 使用的措施
Relief.holiday_rows | preset rows without payment | 预设暂停期数
Relief.annual_rate_ppm | preset rate, a year | 预设年利率
"""
MEANINGS: dict[str, tuple[str, str]] = {
    name: (english, chinese)
    for name, english, chinese in (line.split(" | ") for line in TEXT.strip().splitlines())
}
