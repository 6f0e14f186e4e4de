-- member: product
-- datasets: ledger
-- dimensions: nature, account
-- Income and cost lines with their nature: the longest account prefix that has one, in
-- the currency they are booked in.
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
)

select
    s.product,
    l.day,
    l.account,
    r.nature,
    l.amount,
    l.currency
from ledger as l
join ranked as r on r.account = l.account and r.fit = 1
join streams as s on s.source = l.source and s.stream = l.stream
where s.product is not null
