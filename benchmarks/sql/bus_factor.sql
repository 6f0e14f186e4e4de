-- after: skill_holders
-- The fewest holders of a skill that a squad needs, per squad and of all, at each quarter's end.
select squad, quarter_end, min(holders) as value
from holders group by grouping sets ((1, 2), (2))
