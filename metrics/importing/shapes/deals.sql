with judged as (
    select *,
        case
            when is_won then 'won'
            when is_closed = false then 'open'
            when is_lost or is_closed then case when regexp_matches(lower(loss_reason),
                'no decision|sans suite|pas de décision|aucune décision|keine entscheidung|sin decisi|nessuna decisione')
                then 'no_decision' else 'lost' end
            when not contains(lower(stage), 'not won') and regexp_matches(lower(stage), 'closed[ _-]?won|^((transaction|affaire|vente) )?conclue?$|^won\b|\bwon$|gagné|gewonnen|ganad|ganho|^negócio fechado$|wygran|vunn|vundet|získán|kazanıl|выигр|^成立|受注|성사|成交|赢单|赢得|\bvint[oa]\b')
                then 'won'
            when not regexp_matches(lower(stage), 'closed[ _-]?lost|^lost\b|\blost$|perdu|verloren|perdid|przegran|förlora|tabt|tapt|ztrac|kaybed|проигр|不成立|失注|계약 실패|실주|失败|输单|丢单|\bpers[oa]\b')
                then 'open'
            when regexp_matches(lower(loss_reason), 
                'no decision|sans suite|pas de décision|aucune décision|keine entscheidung|sin decisi|nessuna decisione')
                then 'no_decision'
            else 'lost'
        end as outcome
    from typed
)
select record,
    coalesce(problem, case when abs(amount) >= 1e15 then 'amount:number_too_large' end) as problem,
    cast(null as varchar) as skip,
    deal_id, coalesce(stream, '') as stream, try_cast(amount as decimal(18, 2)) as amount, stage,
    outcome, created_day, case when outcome <> 'open' then closed_day end as closed_day, competitor,
    loss_reason
from judged
