-- Contribution margin less what the squads cost that work on a product, per product and company, by
-- month; a squad costs what the ledger books for it, else its monthly rate, shared equally between
-- its products of that day. People booked on a product itself are its own, in place of rates.
with natures as (
    select l.account, arg_max(nature, length(n.account)) as nature
    from (select distinct account from ledger) as l
    join account_natures as n on starts_with(l.account, n.account)
    group by all
),

booked as (
    select product, squad, day, nature, amount
    from ledger join natures using (account) join streams using (source, stream)
),

costs as (
    select squad, day, amount from booked where nature = 'squad' and squad is not null
    union all
    select squad, day, amount from squad_rates
    where squad not in (select squad from booked where nature = 'squad' and squad is not null)
),

shared as (
    select distinct
        a.product,
        c.squad,
        c.day,
        c.amount,
        count(distinct a.product) over (partition by c.squad, c.day) as products
    from (select squad, day, sum(amount) as amount from costs group by all) as c
    join squad_assignments as a
        on a.squad = c.squad and a.start_day <= c.day and (a.end_day is null or a.end_day > c.day)
),

parts as (
    select product, day, amount from booked
    where nature in ('revenue', 'direct_variable') or (nature = 'squad' and squad is null)
    union all
    select product, day, amount / products from shared
    where squad in (select squad from booked where nature = 'squad')
        or product not in (
            select product from booked
            where nature = 'squad' and squad is null and product is not null
        )
)

select product, date_trunc('month', day) as month, sum(amount) as value
from parts where product is not null group by grouping sets ((1, 2), (2))
