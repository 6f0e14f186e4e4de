with named as (
    select *,
        coalesce(interval_count, 1) * case
            when interval is null and regexp_matches(lower(plan), 'year|annual|annuel|yearly') then 12
            when interval is null then 1
            when interval in ('month', 'monthly', 'mois', 'mensuel', '1 month') then 1
            when interval in ('quarter', 'quarterly', 'trimestre', 'trimestriel', '3 months', '3 month') then 3
            when interval in ('6 months', '6 month', 'semester', 'semestre', 'semestriel') then 6
            when interval in ('year', 'yearly', 'annual', 'an', 'année', 'annuel', '1 year', '12 months') then 12
        end as months,
        greatest(started_day, coalesce(trial_end_day, started_day)) as first_paid_day,
        case
            when ended_day is not null then ended_day
            when status in ('canceled', 'cancelled', 'annulé') then canceled_day
            when canceled_day is not null then period_end_day
        end as first_unpaid_day
    from typed
)
select record,
    coalesce(problem, case
        when months is null or months not in (1, 3, 6, 12) then 'interval:interval_not_supported'
        when ended_day < started_day then 'ended:ends_before_start'
        when abs(amount * coalesce(quantity, 1)) >= 1e15 then 'amount:number_too_large'
    end) as problem,
    case when status in ('incomplete', 'incomplete_expired') then 'never_paid' end as skip,
    subscription_id, account_key, coalesce(stream, '') as stream, plan, months as interval_months,
    try_cast(amount * coalesce(quantity, 1) as decimal(18, 2)) as amount,
    upper(coalesce(currency, company_currency())) as currency,
    channel,
    first_paid_day as start_day,
    -- greatest() would take a missing end for the start
    case when first_unpaid_day is not null then greatest(first_unpaid_day, first_paid_day) end
        as end_day,
    status
from named
