-- Payments: one figure a day and currency, of what was paid less what was given back.
select record, problem,
    case when status not in ('paid', 'succeeded', 'refunded', 'partially refunded')
        then 'payment_not_made' end as skip,
    'payments' as metric, coalesce(stream, '') as stream, time_day as day, 'day' as grain,
    'currency' as dimension, upper(member) as member, value - coalesce(deducted, 0) as value,
    upper(member) as unit
from typed
