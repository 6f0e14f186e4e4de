-- How many members hold each skill that their squad needs, at the required level, at the end of each
-- quarter; of squads of which a member was assessed by then.
ends as (
    select last_day(cast(unnest(generate_series(date '2024-03-01', date '2026-12-01', interval 3 months))
        as date)) as quarter_end
),

needs as (
    select squad, skill_key, quarter_end, arg_max((required_level, end_day), start_day) as need
    from skill_needs join streams using (source, stream) join ends on start_day <= quarter_end
    where squad is not null
    group by all
),

levels as (
    select person, skill_key, quarter_end, arg_max((level, day), day) as found
    from (
        select n.person, skill_key, level, day
        from skills as k join people_names as n on n.name = k.person
    ) join ends on day <= quarter_end
    group by all
),

members as (
    select squad, person, quarter_end
    from squad_members join ends
        on start_day <= quarter_end and (end_day is null or end_day > quarter_end)
),

-- A squad is assessed once somebody was while a member, or came with an assessment.
assessed as (
    select squad, min(greatest(day, start_day)) as first_day
    from squad_members as m join people_names as n using (person) join skills as k on k.person = n.name
    where m.end_day is null or m.end_day > day
    group by squad
),

holders as (
    select squad, skill_key, quarter_end,
        count(distinct person) filter (
            found is not null and (need[1] is null or found[1] >= need[1])
        ) as holders
    from needs
    join assessed using (squad)
    left join members using (squad, quarter_end)
    left join levels using (person, skill_key, quarter_end)
    where first_day <= quarter_end and (need[2] is null or need[2] > quarter_end)
    group by all
)
