"""Accounts that billing and tracking both know: met, asked about once, then read as one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta

import pytest

from metrics import warehouse
from metrics.access import LOCAL_CPO
from metrics.belonging import Owner, words_in_use
from metrics.engines import open_facts
from metrics.job import Job
from metrics.organisation import Name
from metrics.pages.accounts_at_risk import accounts_at_risk
from tests.small_workspace import SmallWorkspace, only

FIRST, DAYS = date(2026, 6, 1), 63
LAST = FIRST + timedelta(DAYS - 1)
#: What tracking calls accounts, and when each was last seen.
SEEN = {
    "acme.com": LAST,
    "globex-corp": FIRST + timedelta(20),
    "77": LAST,
    "nobody-pays": LAST,
    "gmail.com": LAST,
}
EVENTS = "Event Name,Time,Distinct ID,Product,Account ID\n" + "".join(
    f"Open,{FIRST + timedelta(day)} 10:00:00,u-{account},Forge,{account}\n"
    for day in range(DAYS)
    for account, last in SEEN.items()
    if FIRST + timedelta(day) <= last
)
#: By domain, by name, by the number that the company gave, and two that nothing brings together.
PAID = FIRST - timedelta(90)
STRIPE = (
    "id,Customer ID,Customer Email,Customer Name,Plan,Quantity,Currency,Interval,Amount,Status,"
    "Start Date (UTC),account_id (metadata)\n"
    f"s1,c1,pay@acme.com,Other Name,Forge,1,eur,month,50,active,{PAID},\n"
    f"s2,c2,x@mail.globex.example,Globex Corp,Forge,1,eur,month,40,active,{PAID},\n"
    f"s3,c3,pay@acme.com,Acme,Forge,1,eur,month,30,active,{PAID},77\n"
    f"s4,c4,joe@gmail.com,Joe,Forge,1,eur,month,20,active,{PAID},\n"
    f"s5,c5,,Initech,Forge,1,eur,month,10,active,{PAID},\n"
)


@pytest.fixture(autouse=True)
def few() -> Iterator[None]:
    with only("active_users", "mrr"):
        yield


def test_accounts_of_two_tools_are_one_once_someone_has_said_so(tmp_path):
    company = SmallWorkspace(tmp_path / "forge")
    done = company.import_files(
        {
            "products.csv": "product,name\nforge,Forge\n",
            f"Mixpanel events {LAST + timedelta(1)}.csv": EVENTS,
            f"subscriptions_{LAST + timedelta(1)}.csv": STRIPE,
        }
    )
    told = [each for each in done.files[2].problems if each.reason == "accounts_met"]
    assert [(each.rows, each.details) for each in told] == [(3, {"source": "mixpanel", "of": "5"})]
    mixpanel = Owner("account", "mixpanel", "mixpanel")
    [word] = [each for each in words_in_use(company.workspace) if each.kinds == ("account",)]
    assert (word.source, word.word, word.rows, word.answered) == ("stripe", "mixpanel", 3, False)
    assert word.suggestion == mixpanel

    def looked() -> tuple[str, dict[tuple[str, ...], list[str]]]:
        found = accounts_at_risk(company.workspace, LOCAL_CPO, "forge", until=LAST)
        assert found is not None
        at = {each.subscriptions: [sign.kind for sign in each.signs] for each in found.found}
        return found.use, at

    assert looked() == ("no_accounts", {})
    names = word.stands_for(mixpanel)
    assert names == (Name("account", "stripe", "mixpanel", "mixpanel"),)
    company._do(Job("names", str(company.folder), "test", names=names))
    use, signs = looked()
    assert use == "known"
    assert signs == {("s2",): ["unused"], ("s4",): ["never_used"], ("s5",): ["never_used"]}
    [word] = [each for each in words_in_use(company.workspace) if each.kinds == ("account",)]
    assert (word.owner, word.answered) == (mixpanel, True)

    again = company._do(Job("rebuild", str(company.folder), "test"))
    assert again.differs == ()
    assert looked() == (use, signs)
    company._do(Job("names", str(company.folder), "test", names=word.stands_for(None)))
    assert looked() == ("no_accounts", {})
    company.undo(3)
    with closing(open_facts(warehouse.current_path(company.workspace))) as facts:
        assert facts.execute("select count(*) from landed_account_links").fetchall() == [(0,)]
