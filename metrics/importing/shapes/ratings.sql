select record,
    coalesce(problem, case
        when rating < 0 or rating > 10 then 'rating:outside_scale'
        when reviews <= 0 then 'reviews:unreadable_value'
    end) as problem,
    cast(null as varchar) as skip,
    coalesce(stream, '') as stream, day, store, player,
    coalesce(is_own, lower(player) = lower(stream), false) as is_own,
    try_cast(rating as decimal(9, 4)) as rating, coalesce(reviews, 1) as reviews
from typed
