"""What landed but may not count as meant: strangers, money without a rate, rows alike."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import duckdb
from sqlglot import exp

from metrics.importing import comparison
from metrics.importing.accounting import mask
from metrics.importing.dataset import Dataset
from metrics.importing.report import Problem
from metrics.importing.session import Session
from metrics.organisation import Organisation
from metrics.references import people_names

MOST_ROWS_COMPARED = 2_000_000
#: From so many tickets on it is odd that none is resolved.
MANY_TICKETS = 4
#: The day by which a row of these datasets is held against the end of what it belongs to.
DAY_OF = {
    "work_items": "created_day",
    "deals": "created_day",
    "subscriptions": "start_day",
    "sprints": "start_day",
    "users": "signed_up_day",
}


def unpriced(session: Session, table: str) -> list[Problem]:
    """A landing table's money of currencies without any rate yet: it counts once there is one."""
    rates = f'"{session.now}".main.landed_rates' if session.now else "landed_rates"
    query = (
        exp.select("currency", exp.Count(this=exp.Star()))
        .from_(table)
        .where("import_id = ?", "currency <> company_currency()")
        .where(exp.column("currency").isin(query=exp.select("currency").from_(rates)).not_())
        .group_by("currency")
        .order_by("currency")
    )
    found = session.connection.execute(query.sql("duckdb"), [session.import_id]).fetchall()
    return [
        Problem("warning", "foreign_currency", rows=rows, example=currency)
        for currency, rows in found
    ]


def undeducted(connection: duckdb.DuckDBPyConnection) -> list[Problem]:
    """Subscriptions with a coupon, but without the discount that it gives."""
    lacking = (
        exp.select(exp.Count(this=exp.Star()), exp.Min(this=exp.column("coupon")))
        .from_("typed")
        .where("coupon is not null", "discount_percent is null", "discount_amount is null")
    )
    [(rows, coupon)] = connection.execute(lacking.sql("duckdb")).fetchall()
    return [Problem("warning", "coupon_unknown", rows=rows, example=coupon)] if rows else []


def unpaid(session: Session) -> list[Problem]:
    """Subscriptions that nobody pays for now, or that are over, nobody says since when."""
    query = (
        "select count(*) from landed_subscriptions "
        "where import_id = ? and status in ('unpaid', 'paused')"
    )
    [(rows,)] = session.connection.execute(query, [session.import_id]).fetchall()
    return [Problem("warning", "unpaid_subscriptions", rows=rows)] if rows else []


def waves_over_months(session: Session) -> list[Problem]:
    """Waves of which two months get answers."""
    query = (
        "select count(*), min(wave) from landed_survey_waves where import_id = ? "
        "and date_trunc('month', start_day) <> date_trunc('month', end_day)"
    )
    [(rows, wave)] = session.connection.execute(query, [session.import_id]).fetchall()
    return [Problem("warning", "wave_over_months", rows=rows, example=wave)] if rows else []


def unknown_people(
    connection: duckdb.DuckDBPyConnection, organisation: Organisation, import_id: int
) -> list[Problem]:
    """Rows of people whom the organisation does not know: they count for no squad."""
    known = {name for name, _ in people_names(organisation)}
    counted = connection.execute(
        "select person, count(*) from landed_skills where import_id = ? group by person",
        [import_id],
    ).fetchall()
    rows = [count for person, count in counted if person not in known]
    if not rows:
        return []
    return [
        Problem("warning", "unknown_person", rows=sum(rows), details={"people": str(len(rows))})
    ]


def late_answers(session: Session) -> list[Problem]:
    """Answers of teams to a month that was published before they came: they do not count."""
    connection = session.connection
    known = (
        "select 1 from duckdb_tables() where table_name = 'published_waves' and database_name = ?"
    )
    if not session.now or not connection.execute(known, [session.now]).fetchone():
        return []
    late = (
        exp.select(exp.Count(this=exp.Star()), exp.Max(this=exp.column("month", table="w")))
        .from_(exp.to_table("landed_responses").as_("r"))
        .join(
            exp.alias_(exp.table_("published_waves", db="main", catalog=session.now), "w",
                       table=True),
            on="w.kind = r.kind and w.month = date_trunc('month', r.day)",
        )
        .where("r.import_id = ?")
        .where(_already_held(session).not_())
    )  # fmt: skip
    [(rows, month)] = connection.execute(late.sql("duckdb"), [session.import_id]).fetchall()
    if not rows:
        return []
    return [Problem("warning", "late_answers", rows=rows, details={"month": f"{month:%Y-%m}"})]


def _already_held(session: Session) -> exp.Exists:
    """Whether an answer of the import is the very one that counts already."""
    same = exp.and_(
        *(
            exp.column(name, table="t").eq(exp.column(name, table="r"))
            for name in ("source", "response_id", "question", "day", "stream", "score")
        )
    )
    held = exp.table_("team_responses", db="main", catalog=session.now)
    return exp.Exists(this=exp.select("1").from_(exp.alias_(held, "t", table=True)).where(same))


def identical(
    connection: duckdb.DuckDBPyConnection, columns: Sequence[str], import_id: int
) -> list[Problem]:
    """Rows that nothing distinguishes from another one, where few enough to be told."""
    all_rows = exp.select(*columns).from_("landed_events").where("import_id = ?")
    counted = exp.select(exp.Count(this=exp.Star())).from_(all_rows.subquery("a"))
    [(rows,)] = connection.execute(counted.sql("duckdb"), [import_id]).fetchall()
    if rows > MOST_ROWS_COMPARED:
        return []
    counted = exp.select(exp.Count(this=exp.Star())).from_(all_rows.distinct().subquery("d"))
    [(different,)] = connection.execute(counted.sql("duckdb"), [import_id]).fetchall()
    if different == rows:
        return []
    return [Problem("warning", "identical_rows", rows=rows - different)]


def unsaid_stages(session: Session) -> list[Problem]:
    """Deals whose closing day has passed, in a file of which no stage reads as won or lost."""
    [(ended, late)] = session.connection.execute(
        "select (select count_if(outcome <> 'open') from landed_deals where import_id = ?), "
        "(select count_if(closed_day < cast(? as date)) from typed)",
        [session.import_id, session.local_day(session.arrived_at)],
    ).fetchall()
    if not late:
        return []
    if not ended:
        return [Problem("warning", "unsaid_stages", rows=late, example=_words(session, "stage"))]
    return _stages_left_open(session)


def _stages_left_open(session: Session) -> list[Problem]:
    """Stages that read as open, of which every deal is past its closing day and whose outcome no
    other column tells: most likely ends under a name of the company's own."""
    found = session.connection.execute(
        "select t.stage, count(*) from typed as t join landed_deals as d "
        "on d.import_id = ? and d.deal_id = t.deal_id group by t.stage "
        "having bool_and(coalesce(d.outcome = 'open' and t.closed_day < cast(? as date) "
        "and coalesce(t.is_won, t.is_lost, t.is_closed) is null, false)) order by all",
        [session.import_id, session.local_day(session.arrived_at)],
    ).fetchall()
    if not found:
        return []
    stages = ", ".join(f"'{mask(str(stage))}'" for stage, _ in found)[:300]
    rows = sum(count for _, count in found)
    return [Problem("warning", "stages_left_open", rows=rows, example=stages)]


def unsaid_efforts(session: Session) -> list[Problem]:
    """Initiatives whose effort is a size such as S or XL that stands for no number yet."""
    query = (
        "select count(*), string_agg(distinct size, ', ' order by size) "
        "from (select *, upper(word(effort)) as size from typed) "
        "where problem is null and clean(effort) is not null "
        "and read_decimal(effort, 'dot') is null and size_of(effort) is null"
    )
    [(rows, sizes)] = session.connection.execute(query).fetchall()
    if not rows:
        return []
    return [Problem("warning", "unsaid_efforts", rows=rows, example=mask(str(sizes))[:200])]


def unsaid_statuses(session: Session) -> list[Problem]:
    """Tickets in a file of which no status reads as resolved: they count as open."""
    [(ended, tickets)] = session.connection.execute(
        "select count_if(status <> 'open'), count(*) from landed_feedback "
        "where import_id = ? and kind = 'ticket' and status is not null",
        [session.import_id],
    ).fetchall()
    if ended or tickets < MANY_TICKETS:
        return []
    return [Problem("warning", "unsaid_statuses", rows=tickets, example=_words(session, "status"))]


def _words(session: Session, field: str) -> str:
    """The words of a field of the file being landed."""
    query = exp.select(field).distinct().from_("typed").where(f"{field} is not null").order_by("1")
    rows = session.connection.execute(query.limit(12).sql("duckdb")).fetchall()
    return ", ".join(f"'{mask(str(word))}'" for (word,) in rows)[:300]


def after_end(
    session: Session, dataset: Dataset, source: str, streams: Collection[str]
) -> list[Problem]:
    """Rows of days after the last one of the product or squad that they belong to."""
    ends = session.organisation.ends
    day = DAY_OF.get(dataset.name, "day")
    if not ends or day not in comparison.landed_columns(session.connection, dataset):
        return []
    query = exp.select(exp.Count(this=exp.Star())).from_(dataset.table)
    query = query.where("import_id = ?", "stream = ?", exp.column(day) > exp.Placeholder())
    found = []
    for stream in streams:
        placed = [(kind, session.organisation.place(kind, source, stream) or "")
                  for kind in dataset.belongs_to]  # fmt: skip
        last = min((ends[at] for at in placed if at in ends), default=None)
        if last is None:
            continue
        asked = [session.import_id, stream, last]
        [(rows,)] = session.connection.execute(query.sql("duckdb"), asked).fetchall()
        if rows:
            details = {"stream": stream, "ended": str(last)}
            found.append(Problem("warning", "after_end", rows=rows, details=details))
    return found


def added_up(session: Session, *, mapped: bool) -> list[Problem]:
    """Figures that several rows tell of the same period: shares and averages, which are left out,
    and, in a file that a person has mapped, the others, which are added up."""
    query = (
        "select value is null as lost, count(distinct record), string_agg(distinct metric, ', ') "
        "from shaped where problem is null and told > 1 "
        "and coalesce(skip, 'not_added') = 'not_added' "
        "and (value is null or not cannot_be_added(metric, unit)) group by 1 order by 1"
    )
    return [
        Problem(
            "warning", "shares_left_out" if lost else "added_up", rows=rows, example=names[:200]
        )
        for lost, rows, names in session.connection.execute(query).fetchall()
        if lost or mapped
    ]


def unsaid_lists(session: Session) -> list[Problem]:
    """Open cards of lists whose name does not say how far their work is: they count as to do."""
    found = session.connection.execute(
        "select status, count(*) from landed_work_items where import_id = ? and "
        "status_category = 'todo' and not says_todo(coalesce(status, '')) "
        "group by all order by all",
        [session.import_id],
    ).fetchall()
    if not found:
        return []
    lists = ", ".join(f"'{status or ''}'" for status, _ in found)[:300]
    rows = sum(count for _, count in found)
    return [Problem("warning", "unsaid_lists", rows=rows, details={"lists": lists})]
