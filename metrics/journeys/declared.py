"""The funnel that a product declares of itself, as a question and as the facts of a KPI.

Both are made by the same code, so that the conversion rate of a period and the funnel asked for
its days cannot disagree.
"""

from __future__ import annotations

from sqlglot import exp

from metrics.errors import VigieError
from metrics.journeys import ordered, trees
from metrics.journeys.audience import EventFilter
from metrics.journeys.trees import column
from metrics.organisation import FUNNEL_DAYS, MOST_FUNNEL_STEPS, Organisation

DAY_MICROSECONDS = 86_400_000_000
UNIT = ("product", "user_key")
KEPT = ("last_step", "window_days", "country", "plan")


def declared_window(organisation: Organisation, product: str) -> int:
    """The days after the first step within which a product counts the last one."""
    products = (each for each in organisation.products if each.product == product)
    return next((each.funnel_window for each in products), FUNNEL_DAYS)


def declared_steps(organisation: Organisation, product: str) -> tuple[EventFilter, ...]:
    """The steps that a product declares. Raises VigieError when it declares none."""
    names = next((each.funnel for each in organisation.products if each.product == product), ())
    if not names:
        raise VigieError(
            f"{product} declares no funnel.",
            next_step="Name its steps: in products.csv, column funnel_steps, event names in order "
            f"separated by ';', 2 to {MOST_FUNNEL_STEPS} of them; or ask with steps of your own.",
            exit_code=2,
        )
    return tuple(EventFilter(name) for name in names)


def entries() -> exp.Select:
    """The model `funnel_entries`: one row per event of a product's first step.

    `converted` is 1 when the product's last step was reached within its window. Steps are named in
    `funnel_steps`, so how many there are is only known where the rows are: funnels shorter than
    the longest allowed have no event for the steps they lack.
    """
    numbers = range(1, MOST_FUNNEL_STEPS + 1)
    steps = [
        exp.alias_(
            exp.Max(
                this=trees.when(
                    exp.EQ(this=column("step"), expression=exp.Literal.number(number)),
                    column("event"),
                )
            ),
            f"step_{number}",
        )
        for number in numbers
    ]
    funnels = (
        exp.select(
            "product",
            exp.alias_(exp.Max(this=column("step")), "last_step"),
            exp.alias_(exp.Max(this=column("window_days")), "window_days"),
            *steps,
        )
        .from_("funnel_steps")
        .group_by("product")
    )
    conditions = [
        exp.EQ(this=column("event"), expression=column(f"step_{number}")) for number in numbers
    ]
    visits = (
        exp.select(
            *(exp.alias_(column(name, "e"), name)
              for name in (*UNIT, "time", "day", "event", "country", "plan")),
            *(exp.alias_(column(name, "f"), name)
              for name in ("last_step", "window_days", *(f"step_{number}" for number in numbers))),
        )
        .from_(exp.alias_(exp.to_table("user_events"), "e", table=True))
        .join(
            exp.alias_(exp.to_table("funnels"), "f", table=True),
            on=exp.EQ(this=column("product", "f"), expression=column("product", "e")),
        )
        .where(trees.known(column("user_key", "e")))
    )  # fmt: skip
    window = exp.Mul(this=column("window_days"), expression=exp.Literal.number(DAY_MICROSECONDS))
    parts = ordered.tries(conditions, window, overlapping=True, unit=UNIT, kept=KEPT, timed=False)
    converted = trees.flag(exp.GTE(this=column("reached"), expression=column("last_step")))
    last = exp.select(*UNIT, "day", "country", "plan", exp.alias_(converted, "converted")).from_(
        "tries"
    )
    return trees.with_ctes(last, {"funnels": funnels, "visits": visits, **parts})
