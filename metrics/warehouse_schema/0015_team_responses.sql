-- Answers of teams that were published: later ones of the same kind and month do not count, for what
-- they change would tell whose they are. `import_id` is the last import that counted.
create table published_waves (
    kind varchar not null,
    month date not null,
    import_id integer not null,
    primary key (kind, month)
);

-- What users answered.
create or replace view responses as
select * exclude (import_id) from landed_responses
where kind not in ('engagement', 'enps')
qualify row_number() over (
    partition by source, response_id, question order by observed_at desc, import_id desc
) = 1;

-- What the company's own people answered; of a wave that was published, as it was then.
create view team_responses as
select r.* exclude (import_id)
from landed_responses as r
left join published_waves as w on w.kind = r.kind and w.month = date_trunc('month', r.day)
where r.kind in ('engagement', 'enps') and (w.import_id is null or r.import_id <= w.import_id)
qualify row_number() over (
    partition by r.source, r.response_id, r.question
    order by w.import_id is null, r.observed_at desc, r.import_id desc
) = 1;
