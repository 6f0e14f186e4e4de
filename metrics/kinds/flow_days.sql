-- Days of a period within spans, each times its amount; adds up over disjoint members.
select
    f.cut,
    s.set_id,
    p.period_index,
    sum(
        f.amount * (
            date_diff(
                'day',
                greatest(f.start_day, p.start_day),
                case
                    when f.end_day is null or f.end_day > p.end_day then p.end_day
                    else f.end_day
                end
            )
            + case when f.end_day is null or f.end_day > p.end_day then 1 else 0 end
        )
    ) as value,
    count(*) as n
from facts as f
join periods as p
    on f.start_day <= p.end_day and (f.end_day is null or f.end_day > p.start_day)
join set_members as s on s.member = f.member
group by f.cut, s.set_id, p.period_index
