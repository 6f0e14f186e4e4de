-- member: product
-- datasets: feedback else responses, responses else feedback
-- dimensions: kind, source
-- What was received of users: tickets, reviews and verbatims, those of surveys among them. Rated low
-- is a detractor, somebody dissatisfied, two stars or fewer of five: the lowest quarter of a scale,
-- or 0 to 6 of 10. A response with several scores is negative when one of them is.
with answers as (
    select
        r.source,
        r.stream,
        r.response_id,
        min(r.day) as day,
        max(case when r.themes is not null then 1 else 0 end) as has_text,
        max(
            case
                when r.kind = 'nps' and r.score <= 6 then 1
                when
                    r.kind = 'csat'
                    and (r.score - r.scale_min) * 4 <= r.scale_max - r.scale_min
                    then 1
                else 0
            end
        ) as is_negative
    from responses as r
    group by r.source, r.stream, r.response_id
)

select
    s.product,
    f.day,
    f.kind,
    f.source,
    case when f.themes is not null then 1 else 0 end as has_text,
    case
        when f.scale_max = 10 and f.rating <= 6 then 1
        when
            f.scale_max <> 10
            and (f.rating - f.scale_min) * 4 <= f.scale_max - f.scale_min
            then 1
        else 0
    end as is_negative
from feedback as f
join streams as s on s.source = f.source and s.stream = f.stream
where s.product is not null
union all
select
    s.product,
    a.day,
    'verbatim' as kind,
    a.source,
    1 as has_text,
    a.is_negative
from answers as a
join streams as s on s.source = a.source and s.stream = a.stream
where s.product is not null and a.has_text = 1
