-- member: product
-- datasets: ledger
-- dimensions: nature
-- Accounts of the products that never had a subscription: their revenue stands for their MRR.
with subscribed as (
    select distinct s.product
    from subscriptions as b
    join streams as s on s.source = b.source and s.stream = b.stream
    where s.product is not null
)

select
    l.product,
    l.day,
    l.nature,
    l.amount,
    l.currency
from ledger_entries as l
left join subscribed as p on p.product = l.product
where p.product is null
