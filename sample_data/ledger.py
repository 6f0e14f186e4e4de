"""The accounting ledger: a French FEC file per year, closed month by month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from sample_data import billing
from sample_data.company import MEMBERS, PRODUCTS, SIREN, SQUADS
from sample_data.draw import generator
from sample_data.tables import write_csv
from sample_data.timeline import Timeline, first_of_month

HEADERS = (
    "JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib",
    "CompAuxNum", "CompAuxLib", "PieceRef", "PieceDate", "EcritureLib", "Debit", "Credit",
    "EcritureLet", "DateLet", "ValidDate", "Montantdevise", "Idevise",
)  # fmt: skip
REVENUE, HOSTING, FEES, SUPPORT = "7061", "6135", "6278", "6110"
SALARIES, CONTRIBUTIONS = "6411", "6451"
#: What each account is for. Prefixes of account codes; everything else serves the whole group.
NATURES = {"706": "revenue", HOSTING: "direct_variable", FEES: "direct_variable",
           SUPPORT: "direct_variable", "641": "squad", "645": "squad"}  # fmt: skip

_JOURNALS = {
    "VE": "Ventes", "AC": "Achats", "PA": "Paie", "BQ": "Banque", "AN": "A nouveaux",
}  # fmt: skip
_LABELS = {
    "411000": "Clients", "401000": "Fournisseurs", "445710": "TVA collectée",
    "445660": "TVA déductible", "421000": "Personnel - rémunérations dues",
    "431000": "Sécurité sociale", "512000": "Banque", "101000": "Capital",
    "110000": "Report à nouveau", "613200": "Locations immobilières", "623000": "Publicité",
    "622600": "Honoraires",
}  # fmt: skip
#: Share of revenue that each product spends on hosting, payment fees and outside support.
_SHARES = {
    "sillon": (0.09, 0.021, 0.06), "escale": (0.13, 0.026, 0.08), "passerelle": (0.16, 0.012, 0.15),
    "clairiere": (0.22, 0.028, 0.14), "oree": (0.27, 0.022, 0.07),
}  # fmt: skip
_VAT = Decimal("0.20")


@dataclass(frozen=True)
class Line:
    """One side of an entry, in EUR: a positive amount is a debit, a negative one a credit."""

    journal: str
    entry: int
    day: date
    account: str
    label: str
    text: str
    third_party: str
    amount: Decimal


def product_accounts(product: str) -> list[str]:
    """A product's own accounts: revenue, hosting, payment fees, outside support."""
    number = 1 + [each.product for each in PRODUCTS].index(product)
    return [f"{prefix}{number}0" for prefix in (REVENUE, HOSTING, FEES, SUPPORT)]


def squad_accounts(squad: str) -> list[str]:
    """A squad's own accounts: salaries and contributions."""
    number = 1 + [each.squad for each in SQUADS].index(squad)
    return [f"{prefix}{number}0" for prefix in (SALARIES, CONTRIBUTIONS)]


class _Year:
    """The entries of one fiscal year, numbered in the order in which they are written."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.entry = 0

    def book(
        self, journal: str, day: date, text: str, sides: Sequence[tuple[str, str, str, Decimal]]
    ) -> None:
        """One balanced entry; each side is account, its label, third party and amount."""
        assert sum(side[3] for side in sides) == 0, text
        self.entry += 1
        for account, label, third_party, amount in sides:
            if amount:
                self.lines.append(
                    Line(journal, self.entry, day, account, label, text, third_party, amount)
                )


def _money(value: float) -> Decimal:
    return Decimal(f"{value:.2f}")


def _side(account: str, amount: Decimal, third_party: str = "") -> tuple[str, str, str, Decimal]:
    return account, _LABELS[account], third_party, amount


def _month_end(month: date) -> date:
    return first_of_month(month, 1) - timedelta(1)


def entries(
    timeline: Timeline, book: Sequence[billing.Subscription], seed: int
) -> dict[int, _Year]:
    """The group's entries by fiscal year; the month of the last week is not booked yet."""
    years: dict[int, _Year] = {}
    chance = generator(seed, "ledger")
    for month in timeline.months():
        year = years.setdefault(month.year, _Year())
        if month.month == 1:
            _opening(year, month)
        receipts = Decimal(0)
        for number, product in enumerate(PRODUCTS):
            receipts += _product_month(
                year, month, number, product.name, product.product, book, timeline
            )
        _payroll(year, month)
        end = _month_end(month)
        for account, amount, supplier in (
            ("613200", 21_400.0, "SCI Les Quais"),
            ("623000", 17_500 * chance.uniform(0.95, 1.05), "Agence Fanal"),
            ("622600", 4_200 * chance.uniform(0.95, 1.05), "Cabinet Morvan"),
        ):
            _purchase(year, end, account, _LABELS[account], _money(amount), supplier)
        year.book(
            "BQ",
            end,
            "Encaissements clients",
            [_side("512000", receipts), _side("411000", -receipts)],
        )
    return years


def _opening(year: _Year, day: date) -> None:
    """Balances brought forward: they belong to no month's result."""
    bank, clients = Decimal("812450.30"), Decimal("96210.00")
    year.book(
        "AN", day, "A nouveaux",
        [_side("512000", bank), _side("411000", clients), _side("101000", Decimal("-500000.00")),
         _side("110000", Decimal("500000.00") - bank - clients)],
    )  # fmt: skip


def _product_month(
    year: _Year, month: date, number: int, name: str, product: str,
    book: Sequence[billing.Subscription], timeline: Timeline,
) -> Decimal:  # fmt: skip
    revenue_account, hosting, fees, support = product_accounts(product)
    total = Decimal(0)
    weeks = [month + timedelta(step) for step in (6, 13, 20)] + [_month_end(month)]
    covered = 0
    length = (_month_end(month) - month).days + 1
    for day in weeks:
        days = (day - month).days + 1 - covered
        covered += days
        sales = _money(billing.mrr(book, product, day, timeline) * days / length)
        vat = (sales * _VAT).quantize(Decimal("0.01"))
        total += sales
        year.book(
            "VE", day, f"Abonnements {name}",
            [_side("411000", sales + vat, "Clients divers"),
             (revenue_account, f"Prestations {name}", "", -sales), _side("445710", -vat)],
        )  # fmt: skip
    if not total:
        return total
    end = _month_end(month)
    base = 900 + 350 * number
    wobble = generator(month.toordinal(), "cost", product)
    for account, label, share, fixed, supplier in (
        (hosting, f"Hébergement {name}", _SHARES[product][0], base, "Nuage Ouest"),
        (fees, f"Frais de paiement {name}", _SHARES[product][1], 0, "Paiements du Ponant"),
        (support, f"Support externalisé {name}", _SHARES[product][2], 400, "Assistance Loire"),
    ):
        cost = (float(total) * share + fixed) * wobble.uniform(0.97, 1.03)
        _purchase(year, end, account, label, _money(cost), supplier)
    return total + (total * _VAT).quantize(Decimal("0.01"))


def _purchase(
    year: _Year, day: date, account: str, label: str, cost: Decimal, supplier: str
) -> None:
    vat = (cost * _VAT).quantize(Decimal("0.01"))
    year.book(
        "AC", day, f"Facture {supplier}",
        [(account, label, "", cost), _side("445660", vat), _side("401000", -cost - vat, supplier)],
    )  # fmt: skip


def _payroll(year: _Year, month: date) -> None:
    raised = Decimal("1.02") if month.year >= 2026 else Decimal(1)
    for squad in SQUADS:
        people = len(MEMBERS[squad.squad])
        seniority = Decimal(3450 + 40 * SQUADS.index(squad))
        gross = (seniority * people * raised).quantize(Decimal("0.01"))
        charges = (gross * Decimal("0.43")).quantize(Decimal("0.01"))
        salaries, contributions = squad_accounts(squad.squad)
        year.book(
            "PA", _month_end(month), f"Paie {squad.name}",
            [(salaries, f"Salaires {squad.name}", "", gross),
             (contributions, f"Charges {squad.name}", "", charges),
             _side("421000", -gross), _side("431000", -charges)],
        )  # fmt: skip


def _comma(amount: Decimal) -> str:
    return f"{amount:.2f}".replace(".", ",")


def write(
    folder: Path, timeline: Timeline, book: Sequence[billing.Subscription], seed: int
) -> list[Path]:
    """One file per fiscal year, named by SIREN and closing date, tab-separated, decimal comma."""
    paths = []
    for number, year in sorted(entries(timeline, book, seed).items()):
        rows = []
        for line in sorted(year.lines, key=lambda each: (each.day, each.entry)):
            day = f"{line.day:%Y%m%d}"
            rows.append(
                [
                    line.journal, _JOURNALS[line.journal], line.entry, day, line.account,
                    line.label,
                    "9TIERS" if line.third_party else "", line.third_party,
                    f"{line.journal}{line.entry:05}", day, line.text,
                    _comma(max(line.amount, Decimal(0))), _comma(max(-line.amount, Decimal(0))),
                    "", "", f"{_month_end(line.day):%Y%m%d}", "", "",
                ]
            )  # fmt: skip
        path = folder / f"{SIREN}FEC{number}1231.txt"
        paths.append(write_csv(path, HEADERS, rows, delimiter="\t", line_end="\r\n"))
    return paths
