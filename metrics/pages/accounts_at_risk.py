"""The accounts that pay for a product and show a sign that they may leave, with what shows it.

A sign is a fact that anybody can check, never a score:

- `leaves`: its last subscription ends within `AHEAD` of the day looked at;
- `unused`: it used the product before, and on none of the last `RECENT` days;
- `never_used`: it has paid for longer than `RECENT` and nobody of it was ever seen;
- `used_less`: it used it on less than half as many of the last `RECENT` days as of those before;
- `pays_less`: it pays less than `BEFORE` days ago, at the exchange rates of today.

Use is what makes a user active, as in `active_users`, and is read only where its days are known.
What single people answered is no sign. Vigie keeps no name of an account, only a keyed hash that
stays here: an account is told by its subscriptions' numbers, as the billing tool gives them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from metrics.access import Viewer
from metrics.coverage import Coverage
from metrics.importing.accounting import mask
from metrics.pages.facts_now import FactsNow, facts_now
from metrics.workspace import Workspace

RECENT, BEFORE, AHEAD = timedelta(days=28), timedelta(days=90), timedelta(days=90)
#: Days of use in the time before of which half is a fall.
LEAST_USE = 4
#: What lasts until further notice ends then.
NEVER = date(9999, 12, 31)


@dataclass(frozen=True)
class Sign:
    """Why an account is at risk. `day` is when it leaves or was last seen; `now` and `before` are
    the days of use or the monthly amounts that are compared."""

    kind: str
    day: date | None = None
    now: float | None = None
    before: float | None = None


@dataclass(frozen=True)
class AccountAtRisk:
    """A paying account; `mrr` is in the company's currency, None without an exchange rate."""

    subscriptions: tuple[str, ...]
    plans: tuple[str, ...]
    mrr: float | None
    since: date
    last_use: date | None
    signs: tuple[Sign, ...]


@dataclass(frozen=True)
class AccountsAtRisk:
    """The accounts at risk on a day, the largest first.

    `paying` counts all accounts that pay on `day`, and `mrr` is what they pay: None where an
    exchange rate is missing. `use` says whether use is read: known until `used_until`, `no_days`
    where too few days are known, or `no_accounts` where no event names a paying account.
    """

    day: date
    paying: int
    mrr: float | None
    found: tuple[AccountAtRisk, ...]
    use: str
    used_until: date | None

    @property
    def at_risk(self) -> float | None:
        """The monthly amount of the accounts found."""
        return _whole([each.mrr for each in self.found])


def accounts_at_risk(
    workspace: Workspace, viewer: Viewer, product: str, *, until: date
) -> AccountsAtRisk | None:
    """The accounts of a product at risk on the last day up to `until` that its subscriptions are
    known of; None where they are known of none."""
    with facts_now(workspace, viewer) as facts:
        return None if facts is None else at_risk(facts, product, until)


def at_risk(facts: FactsNow, product: str, until: date) -> AccountsAtRisk | None:
    """The same, of open facts."""
    coverage = facts.setting.coverage
    day, _ = _known(coverage, "subscriptions", product, until)
    if day is None:
        return None
    used_until, days_known = _known(coverage, "events", product, until)
    seen = used_until or day
    rows = facts.rows(
        "accounts_at_risk",
        product=product, day=day, before=day - BEFORE, used_until=seen,
        recent=seen - RECENT, earlier=seen - 2 * RECENT,
    )  # fmt: skip
    numbers: dict[int, list[str]] = {}
    for row in facts.rows("account_subscriptions", product=product, day=day):
        numbers.setdefault(row["account_key"], []).append(mask(row["subscription_id"]))
    use = "known"
    if used_until is None or days_known < RECENT.days:
        use = "no_days"
    elif not any(row["last_use"] for row in rows):
        use = "no_accounts"
    found = []
    for row in rows:
        signs = list(_of_contract(row, day))
        if use == "known":
            signs += _of_use(row, seen, compared=days_known >= 2 * RECENT.days)
        if signs:
            found.append(
                AccountAtRisk(
                    subscriptions=tuple(numbers.get(row["account_key"], ())),
                    plans=tuple(dict.fromkeys(p for p in (row["plan"], row["other_plan"]) if p)),
                    mrr=_priced(row, "mrr"),
                    since=row["since"],
                    last_use=row["last_use"] if use == "known" else None,
                    signs=tuple(signs),
                )
            )
    found.sort(key=lambda each: (-(each.mrr or 0.0), each.subscriptions))
    return AccountsAtRisk(
        day, len(rows), _whole([_priced(row, "mrr") for row in rows]), tuple(found), use,
        used_until,
    )  # fmt: skip


def _known(coverage: Coverage, dataset: str, product: str, until: date) -> tuple[date | None, int]:
    """The last day up to `until` known of a product's dataset, and how many to it are unbroken."""
    days = coverage.days(dataset, "product", product)
    if days is None or coverage.first is None or until < coverage.first:
        return None, 0
    days = days[: coverage.index(until) + 1]
    at = days.nonzero()[0]
    if not len(at):
        return None, 0
    last = int(at[-1])
    gaps = (~days[:last]).nonzero()[0]
    unbroken = last - int(gaps[-1]) if len(gaps) else last + 1
    return coverage.first + timedelta(last), unbroken


def _of_contract(row: dict[str, Any], day: date) -> list[Sign]:
    signs = []
    if row["leaves"] != NEVER and row["leaves"] - day <= AHEAD:
        signs.append(Sign("leaves", day=row["leaves"]))
    now, before = _priced(row, "mrr"), _priced(row, "mrr_before")
    if now is not None and before is not None and now < before:
        signs.append(Sign("pays_less", now=now, before=before))
    return signs


def _of_use(row: dict[str, Any], seen: date, *, compared: bool) -> list[Sign]:
    last: date | None = row["last_use"]
    now, before = row["days_now"], row["days_before"]
    if last is None:
        return [Sign("never_used")] if row["since"] < seen - RECENT else []
    if not now:
        return [Sign("unused", day=last)]
    if compared and before >= LEAST_USE and 2 * now < before:
        return [Sign("used_less", now=now, before=before)]
    return []


def _priced(row: dict[str, Any], name: str) -> float | None:
    return None if row["unpriced"] or row[name] is None else float(row[name])


def _whole(amounts: list[float | None]) -> float | None:
    """The sum of amounts, all of which are known."""
    known = [amount for amount in amounts if amount is not None]
    return sum(known) if len(known) == len(amounts) else None
