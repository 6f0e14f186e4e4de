-- after: months, held_mrr
-- reads: revenue
-- The KPI that each product of the sample names as its North Star, month by month; the company's
-- products name different ones, so that it has none.
with started as (
    select s.product, user_key, min(time) as signed_up_at, min(day) as day
    from events join streams as s using (source, stream)
    join products as p on p.product = s.product and event = signup_event
    where user_key is not null
    group by all
),

activated as (
    select u.product, u.user_key, min(e.day) as day
    from events as e join streams as s using (source, stream)
    join products as p on p.product = s.product and event = activation_event
    join started as u on u.product = s.product and u.user_key = e.user_key
    where e.time >= signed_up_at
    group by all
)

select s.product, cast(date_trunc('month', day) as date) as month,
    cast(count(distinct user_key) as double) as value
from events join streams as s using (source, stream)
where s.product = 'sillon'
group by all
union all
select product, cast(date_trunc('month', u.day) as date),
    count(*) filter (a.day - u.day <= 7) / count(*)
from started as u left join activated as a using (product, user_key)
where product = 'escale'
group by all
union all
select product, cast(month as date), value from written_revenue where product = 'passerelle'
union all
select s.product, cast(date_trunc('month', signed_up_day) as date), count(distinct user_key)
from users join streams as s using (source, stream)
where s.product = 'clairiere'
group by all
union all
select product, cast(date_trunc('month', period_end) as date), sum(mrr)
from held where product = 'oree'
group by all
