with named as (
    select *,
        amount * coalesce(quantity, 1) as price,
        coalesce(interval_count, 1) * case
            when interval is null then case
                when regexp_matches(lower(plan), 'half.?year|semi.?annual|semest|halbjähr|semestral') then 6
                when regexp_matches(lower(plan), 'year|annual|annuel|anual|annuale|jährlich|jahres|jaarlijks|jaar\b') then 12
                when regexp_matches(lower(plan), 'quarter|trimest|quartal|vierteljähr|kwartaal') then 3
                else 1
            end
            when regexp_full_match(interval, '(1 |every |par |pro |al )?(months?|monthly|mois|mensuel(le)?|monat(lich)?|mes|mensual|mensile|mese|mensal|mês|maand(elijks)?|p1m)') then 1
            when regexp_full_match(interval, '(1 |every |par )?(quarter(ly)?|trimestr(e|iel|ielle|al|ale)|quartal(sweise)?|vierteljährlich|kwartaal|per kwartaal)|(3|every 3) (months?|mois|monate|meses|mesi)|p3m') then 3
            when regexp_full_match(interval, '(half.?yearly|biannual|semi-?annual(ly)?|semest(er|re|riel|rielle|ral|rale)|halbjährlich|halbjaarlijks)|(6|every 6) (months?|mois|monate|meses|mesi)|p6m') then 6
            when regexp_full_match(interval, '(1 |every |par |pro |al )?(years?|yearly|annual(ly)?|annuale|an|ans|année|annuel(le)?|jahr|jährlich|anual|año|anno|ano|jaar(lijks)?)|(12|every 12) (months?|mois|monate|meses|mesi)|p1y|p12m') then 12
        end as months,
        -- A trial whose end nobody says has not been paid for by the day of the export.
        case
            when trial_end_day is null
                and regexp_full_match(status, 'trialing|(in[ _])?trial|(en |période d''|periode d'')?essai')
                then greatest(started_day, observed_day())
            else greatest(started_day, coalesce(trial_end_day, started_day))
        end as first_paid_day,
        case
            when ended_day is not null then 'ended'
            when regexp_full_match(status, 'unpaid|impay[ée]e?') then 'unpaid'
            when regexp_full_match(status, 'paused|on[ _]hold|(en )?pause|suspend(ed|ue?)') then 'paused'
            when regexp_full_match(status, 'cancell?ed|expired|annul[ée]e?|r[ée]sili[ée]e?|expir[ée]e?') is not true
                then 'running'
            -- Over, and nobody says since when.
            when canceled_day is null then 'unpaid'
        end as standing
    from typed
),

-- What is not paid now was paid, as far as its own row says, until its present period began.
ends as (
    select *,
        case
            when standing in ('unpaid', 'paused') then coalesce(period_start_day, first_paid_day)
            when ended_day is not null then ended_day
            when standing = 'running' and canceled_day is not null then period_end_day
            else canceled_day
        end as first_unpaid_day
    from named
),

-- A discount is of the price of all seats, and never more than it.
discounted as (
    select *,
        round(cast(price as double) * cast(coalesce(discount_percent, 0) as double) / 100, 2)
        + cast(coalesce(discount_amount, 0) as double) as discount
    from ends
)
select record,
    coalesce(problem, case
        when months is null or months not in (1, 3, 6, 12) then 'interval:interval_not_supported'
        when ended_day < started_day then 'ended:ends_before_start'
        when abs(price) >= 1e15 then 'amount:number_too_large'
        when discount_percent not between 0 and 100 then 'discount_percent:discount_beyond_price'
        when discount_amount < 0 or discount > abs(price) then 'discount_amount:discount_beyond_price'
    end) as problem,
    case when status in ('incomplete', 'incomplete_expired') then 'never_paid' end as skip,
    subscription_id, account_key, coalesce(stream, '') as stream, plan, months as interval_months,
    try_cast(price as decimal(18, 2)) - coalesce(try_cast(discount as decimal(18, 2)), 0)
        as amount,
    upper(coalesce(currency, company_currency())) as currency,
    channel,
    first_paid_day as start_day,
    -- greatest() would take a missing end for the start
    case when first_unpaid_day is not null then greatest(first_unpaid_day, first_paid_day) end
        as end_day,
    case when standing in ('unpaid', 'paused') then standing else status end as status
from discounted
