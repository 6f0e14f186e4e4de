"""The overview of a product's site that a French Google Analytics 4 lets one download."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from sample_data import story
from sample_data.company import NAME, PRODUCT
from sample_data.draw import generator
from sample_data.timeline import Timeline

_DAYS = 28
_PRODUCT = "sillon"
_NBSP = "\u00a0"


def _block(title: str, start: date, end: date, lines: list[str]) -> list[str]:
    return [
        f"# {title}" if title else "#  ",
        f"# Date de début{_NBSP}: {start:%Y%m%d}",
        f"# Date de fin{_NBSP}: {end:%Y%m%d}",
        *lines,
        "",
    ]


def write(folder: Path, timeline: Timeline, seed: int) -> list[Path]:
    """One overview of the last 28 days: several blocks, one of them empty, LF, dot decimals."""
    chance = generator(seed, "website")
    start, end = timeline.until - timedelta(_DAYS - 1), timeline.until
    weekdays = (1.0, 1.06, 1.04, 1.02, 0.9, 0.3, 0.26)
    visitors, newcomers = [], []
    for number in range(_DAYS):
        day = start + timedelta(number)
        level = weekdays[day.weekday()] * story.season(day) * chance.uniform(0.94, 1.06)
        visitors.append(round(620 * level))
        newcomers.append(round(170 * level))
    total, new = round(sum(visitors) * 0.41), sum(newcomers)
    name = f"{PRODUCT[_PRODUCT].name} - site et application"
    rule = "# ----------------------------------------"
    lines = [
        rule, "# Instantané des rapports", f"# Compte{_NBSP}: {NAME}",
        f"# Propriété{_NBSP}: {name}",
        rule,
    ]  # fmt: skip
    headline = (
        "Utilisateurs actifs,Nouveaux utilisateurs,"
        "Durée d'engagement moyenne par utilisateur actif,Nombre d'événements"
    )
    lines += _block(
        "", start, end, [headline, f"{total},{new},{chance.uniform(70, 90)},{total * 11}"]
    )
    lines += _block(
        "", start, end,
        ["Nième jour,Utilisateurs actifs", *(f"{n:04},{value}" for n,
        value in enumerate(visitors))],
    )  # fmt: skip
    lines += _block(
        "", start, end,
        [
            "Nième jour,new,returning",
            *(f"{n:04},{a},{b - a}" for n, (a, b) in enumerate(zip(newcomers, visitors,
            strict=True))),
        ],
    )  # fmt: skip
    shares = (("(direct) / (none)", 0.44), ("google / organic", 0.38), ("newsletter / email", 0.18))
    lines += _block(
        "", start, end,
        ["Source/Support de la session,Sessions", *(f"{name},{round(total * s)}" for name,
        s in shares)],
    )  # fmt: skip
    question = "Quelle est l'activité des utilisateurs sur les différentes plates-formes ?"
    lines += _block(question, start, end, ["Plate-forme,Événements clés", ""])
    path = folder / f"Instantané_des_rapports {timeline.exported}.csv"
    path.write_bytes("\n".join(lines).encode())
    return [path]
