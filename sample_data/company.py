"""Groupe Maréval, a French software group that does not exist: its products, squads and people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sample_data.timeline import Timeline

NAME = "Groupe Maréval"
SIREN = "000000000"  # no company can bear it
MAIL_DOMAIN = "mareval.example.invalid"


@dataclass(frozen=True)
class Feature:
    """`event` is what the analytics tool records when the feature is used."""

    event: str
    feature: str
    weight: float


@dataclass(frozen=True)
class Product:
    """Rates are those of a quiet week; `signups` is relative to the other products.

    `survival` is the scale in weeks of how long an activated user stays; `growth` the sign-ups of
    the first and of the last week, relative to a level of 1; `first_week` the launch, if it falls
    within the history. Money is in EUR a month without tax and per seat.
    """

    product: str
    name: str
    analytics_name: str
    line: str
    stage: str
    launched: date
    vision: str
    north_star: str
    signup_event: str
    activation_event: str
    features: tuple[Feature, ...]
    signups: float
    activation: float
    survival: float
    growth: tuple[float, float]
    first_week: int
    plans: tuple[tuple[str, float], ...]
    opening_subscriptions: int
    new_subscriptions: float  # a week
    churn: float  # a month
    nps: float
    satisfied: float
    very_disappointed: float
    win_rate: float
    deals: float  # closed a week
    package: str | None = None


PRODUCTS = (
    Product(
        "sillon", "Sillon", "Sillon", "Gestion", "mature", date(2014, 3, 3),
        "Toute petite entreprise tient ses comptes sans y penser.",
        "active_users", "Company Registered", "First Invoice Sent",
        (
            Feature("Invoice Created", "invoicing", 34), Feature("Payment Matched", "banking", 22),
            Feature("Dashboard Viewed", "dashboard", 20), Feature("Expense Filed", "expenses", 12),
            Feature("Report Exported", "reports", 9), Feature("VAT Declared", "vat", 3),
        ),
        30, 0.64, 16, (1.0, 1.08), -120,
        (("Sillon Solo", 19), ("Sillon Équipe", 34), ("Sillon Cabinet", 49)),
        520, 5.6, 0.034, 0.34, 0.82, 0.46, 0.46, 5.2, "com.mareval.sillon",
    ),
    Product(
        "escale", "Escale", "Escale", "Gestion", "growth", date(2021, 9, 6),
        "Une note de frais se règle avant le retour du voyage.",
        "activation_rate", "Account Created", "First Expense Approved",
        (
            Feature("Receipt Scanned", "scan", 38), Feature("Expense Submitted", "expenses", 28),
            Feature("Trip Planned", "trips", 14), Feature("Approval Given", "approvals", 14),
            Feature("Policy Checked", "policies", 6),
        ),
        62, 0.62, 9, (0.62, 1.0), -120,
        (("Escale Start", 9), ("Escale Plus", 15)),
        260, 5.4, 0.038, 0.41, 0.84, 0.44, 0.48, 4.6, "com.mareval.escale",
    ),
    Product(
        "passerelle", "Passerelle", "Passerelle", "Gestion", "decline", date(2009, 1, 12),
        "Les échanges entre logiciels d'hier ne retiennent plus personne.",
        "revenue", "Site Installed", "First Flow Completed",
        (
            Feature("Flow Run", "flows", 52), Feature("Mapping Edited", "mappings", 18),
            Feature("Log Searched", "logs", 20), Feature("Alert Acknowledged", "alerts", 10),
        ),
        20, 0.55, 18, (1.15, 0.86), -120,
        (("Passerelle Standard", 49), ("Passerelle Intégrale", 79)),
        330, 1.2, 0.023, 0.08, 0.68, 0.29, 0.36, 3.4,
    ),
    Product(
        "clairiere", "Clairière", "Clairiere", "Relation", "launch", date(2025, 9, 22),
        "Chaque client suit sa demande comme un colis.",
        "signups", "Portal Opened", "First Request Answered",
        (
            Feature("Request Opened", "requests", 40), Feature("Document Shared", "documents", 24),
            Feature("Page Published", "pages", 16), Feature("Client Invited", "invitations", 20),
        ),
        34, 0.58, 9, (0.55, 1.0), 44,
        (("Clairière Découverte", 12), ("Clairière Pro", 29)),
        0, 4.4, 0.042, 0.27, 0.78, 0.37, 0.40, 3.6,
    ),
    Product(
        "oree", "Orée", "Oree", "Relation", "growth", date(2023, 5, 15),
        "Un conseiller a la bonne réponse avant la fin de la question.",
        "mrr", "Workspace Created", "First Answer Accepted",
        (
            Feature("Answer Suggested", "ai_answers", 46),
            Feature("Conversation Summarised", "ai_summaries", 24),
            Feature("Source Added", "sources", 16), Feature("Agent Trained", "ai_training", 14),
        ),
        36, 0.60, 10, (0.66, 1.0), -78,
        (("Orée Essentiel", 39), ("Orée Avancé", 69)),
        230, 5.2, 0.034, 0.36, 0.80, 0.42, 0.47, 5.4, "com.mareval.oree",
    ),
)  # fmt: skip
PRODUCT = {product.product: product for product in PRODUCTS}


@dataclass(frozen=True)
class Squad:
    """`tool` is the tracker the squad works in and `project` its name there.

    `capacity` is in story points a sprint; `cadence` the week (0 or 1) on which its two-week
    sprints start, None for a squad that works without sprints.
    """

    squad: str
    name: str
    tool: str
    project: str
    product: str
    capacity: int
    cadence: int | None
    skills: tuple[str, ...]


SQUADS = (
    Squad("boussole", "Boussole", "jira", "BOU", "sillon", 34, 0, ("Python", "SQL",
        "Comptabilité")),
    Squad("sonde", "Sonde", "jira", "SON", "sillon", 30, 1, ("Python",
        "Apprentissage automatique", "SQL")),
    Squad("misaine", "Misaine", "jira", "MIS", "escale", 32, 0, ("Kotlin", "React", "SQL")),
    Squad("foc", "Foc", "jira", "FOC", "passerelle", 24, 1, ("Java", "SQL", "EDI")),
    Squad("amarre", "Amarre", "jira", "AMA", "clairiere", 32, 0, ("React", "Python",
        "Accessibilité")),
    Squad("grandvoile", "Grand-Voile", "linear", "Grand-Voile", "escale", 28, 1, ("React",
        "Kotlin", "Recherche utilisateur")),
    Squad("balise", "Balise", "linear", "Balise", "oree", 30, 0, ("Python",
        "Apprentissage automatique", "Évaluation")),
    Squad("quart", "Quart", "trello", "Quart - plateforme", "oree", 0, None, ("Kubernetes",
        "Python", "Sécurité")),
)  # fmt: skip
SQUAD = {squad.squad: squad for squad in SQUADS}

_GIVEN = [
    "Aïcha", "Benoît", "Camille", "Damien", "Élodie", "Fabrice", "Gaëlle", "Hugo", "Inès",
    "Jérôme", "Karima", "Léo", "Manon", "Nabil", "Océane", "Pascal", "Quentin", "Rachel", "Samir",
    "Tiphaine", "Ulysse", "Valérie", "William", "Xavier", "Yasmine", "Zoé", "Anaïs", "Bruno",
    "Chloé", "Driss", "Estelle", "Florian", "Guillaume", "Hélène", "Ismaël", "Julie", "Kévin",
    "Lucie", "Mathieu", "Nora", "Olivier", "Pauline", "Rémi", "Sophie", "Théo", "Ugo", "Violette",
    "Yann",
]  # fmt: skip
_FAMILY = [
    "Aubertin", "Bacquet", "Cormier", "Delaunoy", "Escoffres", "Fauvergue", "Garancier",
    "Hautefeuille", "Isambert", "Jolivard", "Kerdoncuff", "Lestrange", "Marchadier", "Nauroy",
    "Ozanne", "Peyrolles", "Quintard", "Roumieu", "Sauveterre", "Taillefer", "Urvoy", "Vauquelin",
    "Wissocq", "Yvrard", "Astorg", "Bellegarde", "Chastenet", "Dugommier", "Estrées",
    "Fontvieille", "Grandclément", "Houdetot", "Jaubertie", "Lanvollon", "Monteynard",
    "Noirétable", "Orgeval", "Pontcarré", "Rochebaron", "Saulxures", "Tournemine", "Valromey",
    "Beaurepaire", "Clairambault", "Desmaretz", "Froidmont", "Guérande", "Hennezel",
]  # fmt: skip


@dataclass(frozen=True)
class Person:
    person: str
    name: str

    @property
    def email(self) -> str:
        return f"{self.person}@{MAIL_DOMAIN}"


def _person(key: str, name: str) -> Person:
    return Person(key, name)


#: Six members a squad; the first leads it, the second is its PO unless said otherwise below.
MEMBERS: dict[str, tuple[Person, ...]] = {
    squad.squad: tuple(
        _person(f"{squad.squad}-{n + 1}", f"{_GIVEN[6 * index + n]} {_FAMILY[6 * index + n]}")
        for n in range(6)
    )
    for index, squad in enumerate(SQUADS)
}
CPO = _person("cpo", "Madeleine Vieilleville")
PEOPLE_PARTNER = _person("people", "Armand Courtenay")
PRODUCT_MANAGERS = {
    "sillon": _person("pm-sillon", "Bérénice Malaval"),
    "escale": _person("pm-escale", "Côme Thiéblemont"),
    "passerelle": _person("pm-passerelle", "Gilles Archambaud"),
    "clairiere": _person("pm-clairiere", "Solène Kermorvan"),
    "oree": MEMBERS["balise"][1],  # PM of the product and PO of its squad
}
#: Who launched Clairière before its present PM took over.
FORMER_PM = _person("pm-lancement", "Étienne Villandry")
PEOPLE = (
    CPO,
    PEOPLE_PARTNER,
    *(pm for product, pm in PRODUCT_MANAGERS.items() if product != "oree"),
    FORMER_PM,
    *(person for members in MEMBERS.values() for person in members),
)

PM_TAKEOVER_WEEK = 80
"""The first week of Clairière's present PM: 2026-W23."""

PO_VACANCY = (68, 73)
"""First and last week without a PO at Foc: 2026-W11 to 2026-W16."""


@dataclass(frozen=True)
class Ownership:
    person: Person
    role: str
    target_kind: str
    target: str
    start: date
    end: date | None = None


def ownerships(timeline: Timeline) -> list[Ownership]:
    """Who answered for what, and when; open-ended while it lasts."""
    start = timeline.start
    rows = [
        Ownership(CPO, "CPO", "company", "", start),
        Ownership(PEOPLE_PARTNER, "people partner", "company", "", start),
    ]
    for product, pm in PRODUCT_MANAGERS.items():
        if product == "clairiere":
            taken_over = timeline.monday(PM_TAKEOVER_WEEK)
            hired = timeline.monday(30)
            rows.append(
                Ownership(FORMER_PM, "PM", "product", product, hired, taken_over - timedelta(1))
            )
            rows.append(Ownership(pm, "PM", "product", product, taken_over))
        else:
            rows.append(Ownership(pm, "PM", "product", product, start))
    for squad in SQUADS:
        lead, po, *_ = MEMBERS[squad.squad]
        rows.append(Ownership(lead, "squad lead", "squad", squad.squad, start))
        if squad.squad == "foc":
            first, last = PO_VACANCY
            rows.append(
                Ownership(po, "PO", "squad", "foc", start, timeline.monday(first) - timedelta(1))
            )
            successor = MEMBERS["foc"][2]
            rows.append(Ownership(successor, "PO", "squad", "foc", timeline.monday(last + 1)))
        elif squad.squad == "sonde":  # one PO serves both squads of Sillon
            rows.append(Ownership(MEMBERS["boussole"][1], "PO", "squad", "sonde", start))
        else:
            rows.append(Ownership(po, "PO", "squad", squad.squad, start))
    for squad_key, product in (
        ("boussole", "sillon"),
        ("misaine", "escale"),
        ("amarre", "clairiere"),
        ("balise", "oree"),
    ):
        rows.append(Ownership(MEMBERS[squad_key][3], "designer", "product", product, start))
    return rows


def assignments(timeline: Timeline) -> list[tuple[str, str, date, date | None]]:
    """Squad, product, start, end: Misaine helped Passerelle before Escale took all of it."""
    rows: list[tuple[str, str, date, date | None]] = []
    for squad in SQUADS:
        begin = timeline.monday(30) if squad.squad == "amarre" else timeline.start
        rows.append((squad.squad, squad.product, begin, None))
    rows.append(("amarre", "passerelle", timeline.start, timeline.monday(30) - timedelta(1)))
    rows.append(("misaine", "passerelle", timeline.start, timeline.monday(40) - timedelta(1)))
    rows.append(("quart", "clairiere", timeline.monday(40), None))
    return rows
