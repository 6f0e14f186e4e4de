"""The list of a product's users, as its own database gives it: also those that tracking missed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from sample_data.company import PRODUCT
from sample_data.events import Company
from sample_data.timeline import WEEKS, Timeline

HEADERS = ("user", "source", "product", "signed_up", "account", "plan", "country")


def write(folder: Path, timeline: Timeline, company: Company) -> list[Path]:
    """One file with everybody who signed up since the history begins, in order of product, time."""
    path = folder / f"users_{timeline.exported}.csv"
    schema = pa.schema([(header, pa.string()) for header in HEADERS])
    with path.open("wb") as file:
        file.write((",".join(HEADERS) + "\n").encode())
        options = csv.WriteOptions(include_header=False, quoting_style="none")
        with csv.CSVWriter(file, schema, write_options=options) as rows:
            for product, population in company.populations.items():
                for week in range(WEEKS):
                    users = population.users(week)
                    if not users.size:
                        continue
                    second = population.signup_second(users)
                    order = np.argsort(second, kind="stable")
                    known = company.profile(product, users[order], week)
                    start = int(np.datetime64(timeline.monday(week), "s").astype(np.int64))
                    moment = pa.array(start + second[order]).cast(pa.timestamp("s"))
                    count = pa.array(np.zeros(users.size, dtype=np.int64))
                    columns = [
                        known["user"], pa.array(["mixpanel"]).take(count),
                        pa.array([PRODUCT[product].name]).take(count),
                        pc.cast(moment, pa.string()), known["account"], known["plan"],
                        known["country"],
                    ]  # fmt: skip
                    rows.write_table(pa.table(columns, names=list(HEADERS)))
    return [path]
