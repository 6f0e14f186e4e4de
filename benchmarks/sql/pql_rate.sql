-- Free users with ten or more events in the month, divided by the free users.
with used as (
    select product, user_key, date_trunc('month', day) as month, count(*) as events
    from events join streams using (source, stream)
    where user_key is not null and lower(plan) = 'free'
    group by grouping sets ((1, 2, 3), (2, 3))
)

select product, month, count(*) filter (events >= 10) / count(*) as value from used group by 1, 2
