-- member: product
-- datasets: ledger
-- dimensions: squad
-- What squads cost the products they work on. A cost is that of an account of nature 'squad', else
-- of the squad's monthly rate, shared equally between the products the squad is assigned to on that
-- day, so that nothing is counted twice. What a squad without a product costs is nobody's. An entry
-- of such an account that is booked on a product itself is of its squads (null): it is the product's
-- alone, which then takes no rates. Rates are in the company's currency, entries in the ledger's.
with accounts as (
    select distinct account from ledger
),

ranked as (
    select
        a.account,
        n.nature,
        row_number() over (partition by a.account order by length(n.account) desc) as fit
    from accounts as a
    join account_natures as n on left(a.account, length(n.account)) = n.account
),

entries as (
    select s.squad, s.product, l.day, l.amount, l.currency
    from ledger as l
    join ranked as r on r.account = l.account and r.fit = 1
    join streams as s on s.source = l.source and s.stream = l.stream
    where r.nature = 'squad'
),

booked as (
    select squad, day, amount, currency from entries where squad is not null
),

own as (
    select product, day, amount, currency
    from entries
    where squad is null and product is not null
),

owning as (
    select distinct product from own
),

booking as (
    select distinct squad from booked
),

costs as (
    select squad, day, amount, currency, 0 as by_rate from booked
    union all
    select r.squad, r.day, r.amount, '' as currency, 1 as by_rate
    from squad_rates as r
    left join booking as b on b.squad = r.squad
    where b.squad is null
),

assigned as (
    select distinct c.squad, c.day, a.product
    from costs as c
    join squad_assignments as a
        on a.squad = c.squad and a.start_day <= c.day and (a.end_day is null or a.end_day > c.day)
),

shares as (
    select squad, day, count(*) as product_count
    from assigned
    group by squad, day
)

select
    a.product,
    c.squad,
    c.day,
    c.amount / s.product_count as amount,
    c.currency
from costs as c
join assigned as a on a.squad = c.squad and a.day = c.day
join shares as s on s.squad = c.squad and s.day = c.day
left join owning as o on o.product = a.product
where c.by_rate = 0 or o.product is null
union all
select
    product,
    cast(null as varchar) as squad,
    day,
    amount,
    currency
from own
