-- member: squad
-- datasets:
-- dimensions:
select
    squad,
    person,
    start_day,
    end_day
from squad_members
