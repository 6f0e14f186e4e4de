-- A rate has one mark, the decimal one, and more digits than an amount.
with worth as (
    select *, try_cast(replace(bare_number(rate), ',', '.') as decimal(18, 8)) as worth
    from typed
)
select record,
    coalesce(problem, case
        when worth is null then 'rate:unreadable_value'
        when worth <= 0 then 'rate:not_positive'
    end) as problem,
    cast(null as varchar) as skip,
    '' as stream, upper(currency) as currency, day, worth as rate
from worth
