-- Recognised revenue, per product and for the company, month by month.
select product, date_trunc('month', day) as month, sum(amount) filter (nature = 'revenue') as value
from ledger join streams using (source, stream)
join account_natures as n on starts_with(ledger.account, n.account)
group by grouping sets ((1, 2), (2))
