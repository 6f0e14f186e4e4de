"""A squad's page from published figures, on the sample company."""

from __future__ import annotations

import pytest

from metrics.access import LOCAL_CPO
from metrics.errors import VigieError
from metrics.pages.squad import squad_page
from metrics.query import query
from metrics.result import Scope


def test_a_shared_product_names_the_other_squads_and_nobody_is_ranked(sample):
    page = squad_page(sample.workspace, LOCAL_CPO, "quart")
    assert [each.product.key for each in page.serves] == ["oree", "clairiere"]
    assert [squad.key for squad in page.serves[0].shared_with] == ["balise"]
    names = [member.name for member in page.members]
    assert names == sorted(names, key=str.casefold)
    assert {role for member in page.members for role in member.roles} == {"PO", "squad lead"}


def test_figures_are_the_squad_s_own_and_those_of_the_query(sample):
    page = squad_page(sample.workspace, LOCAL_CPO, "amarre")
    found = {reading.kpi: reading for part in page.parts.values() for reading in part}
    assert {reading.scope for reading in found.values()} == {Scope("squad", "amarre")}
    for kpi in ("cycle_time_p85", "scope_change", "engagement_score"):
        asked = {
            figure.period: figure.value
            for figure in query(sample.workspace, LOCAL_CPO, [kpi], by="squad")
            if figure.scope.key == "amarre"
        }
        assert found[kpi].figure.value == pytest.approx(asked[found[kpi].figure.period])
    ends = [figure.end for figure in page.sprints.say_do]
    assert ends == sorted(ends)
    assert ends[-1] <= page.week.end


def test_a_squad_that_does_not_exist_is_refused(sample):
    with pytest.raises(VigieError, match="no squad named 'nowhere'"):
        squad_page(sample.workspace, LOCAL_CPO, "nowhere")
