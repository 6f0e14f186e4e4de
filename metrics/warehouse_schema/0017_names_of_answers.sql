-- Identifiers that begin again in every file: an answer is named by its number within its month, its
-- wave and its stream; an item of feedback that has only a day, by its number of that day and stream.
-- (Whoever gives a moment has an identifier that lasts, and may move an item to another stream.)
create or replace macro usual_wave(kind, day) as
    case when kind in ('nps', 'csat', 'ces') then strftime(day, '%Y-%m')
        else concat(year(day), '-Q', quarter(day))
    end;

create or replace macro response_named(respondent_key, kind, wave, day, stream) as
    left(
        sha256(
            concat_ws(
                '|', respondent_key, strftime(day, '%Y-%m'),
                case when wave = usual_wave(kind, day) then '' else wave end, stream
            )
        ),
        32
    );

create or replace macro feedback_named(feedback_id, opened_at, day, stream) as
    case
        when epoch_ms(opened_at) % 900000 <> 0 then feedback_id -- days begin on a quarter of an hour
        when regexp_full_match(feedback_id, '[0-9a-f-]{32,36}') then feedback_id
        else concat(feedback_id, ' · ', day, ' · ', stream)
    end;

update landed_responses set response_id = response_named(response_id, kind, wave, day, stream);

update landed_feedback
set feedback_id = feedback_named(feedback_id, opened_at, day, stream)
where feedback_id is not null;
