-- after: skill_holders
-- Skills with two holders at the required level over the skills that squads need, per squad and for
-- the company, at each quarter's end.
select squad, quarter_end, count(*) filter (holders >= 2) / count(*) as value
from holders group by grouping sets ((1, 2), (2))
