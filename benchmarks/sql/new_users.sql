-- Users whose first activity ever falls in the week, per product and for the company.
with firsts as (
    select product, user_key, min(day) as day
    from events join streams using (source, stream)
    where user_key is not null
    group by grouping sets ((1, 2), (2))
)

select product, date_trunc('week', day) as week, count(*) as users from firsts group by 1, 2
