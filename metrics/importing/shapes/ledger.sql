with told as (
    select record, problem, stream, day, journal, account, debit, credit, amount, side, currency
    from typed
    where len(cells) = 0
    union all
    -- A column a month: booked on its first day, so that a month told again takes the same place.
    select record,
        coalesce(problem, case when cell.value is null
            then concat(cell.member, ':unreadable_value') end),
        stream, period_start(cell.member, 'dmy'), journal, account, null, null, cell.value, side,
        currency
    from (select *, unnest(cells) as cell from typed)
),
amounts as (
    select *,
        case
            when debit is not null or credit is not null then coalesce(credit, 0) - coalesce(debit, 0)
            when side in ('c', '-1', 'crédit', 'credit') then amount
            when side in ('d', '1', '+1', 'débit', 'debit') then -amount
        end as net
    from told
)
select record,
    coalesce(problem, case when net is null then 'amount:no_amount' end) as problem,
    cast(null as varchar) as skip,
    coalesce(stream, account) as stream, day, journal, account,
    try_cast(net as decimal(18, 2)) as amount,
    upper(coalesce(currency, company_currency())) as currency
from amounts
