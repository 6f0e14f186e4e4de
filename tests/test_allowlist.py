from __future__ import annotations

import pytest

from metrics.allowlist import parse
from metrics.errors import VigieError


@pytest.mark.parametrize(
    ("sql", "construct"),
    [
        ("select strftime(day, '%Y') from t", "TimeToStr"),
        ("select date_trunc('week', day) from t", "TimestampTrunc"),
        ("select approx_count_distinct(x) from t", "ApproxDistinct"),
        ("select x[1] from t", "Bracket"),
        ("select my_function(x) from t", "Anonymous"),
        ("select * exclude (x) from t limit 1", "Limit"),
        ("select x // 2 from t", "IntDiv"),
        ("delete from t", "Delete"),
    ],
)
def test_what_differs_between_engines_is_refused_by_name_and_place(sql, construct):
    with pytest.raises(VigieError) as refusal:
        parse(sql, "models/x.sql")
    assert construct in str(refusal.value)
    assert str(refusal.value).startswith("models/x.sql")


def test_differences_in_days_and_microseconds_are_allowed_and_in_weeks_are_not():
    parse("select date_diff('day', a, b) as d from t", "x")
    parse("select date_diff('microsecond', a, b) as m from t", "x")
    with pytest.raises(VigieError, match="Count days between dates"):
        parse("select date_diff('week', a, b) as w from t", "x")


def test_a_cast_to_a_type_that_differs_is_refused_with_the_types_that_do_not():
    with pytest.raises(VigieError) as refusal:
        parse("select cast(a as float) as f from t", "x")
    assert "DECIMAL" in refusal.value.choices


def test_sql_that_cannot_be_read_says_where():
    with pytest.raises(VigieError, match=r"^catalogue/x\.yml:3: this SQL cannot be read"):
        parse("select (", "catalogue/x.yml:3")
