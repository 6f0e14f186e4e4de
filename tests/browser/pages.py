"""Every page of the dashboard, by the name its pictures have and the address that opens it."""

PAGES = {
    "review": "/",
    "meeting": "/?meeting=true",
    "prepare": "/prepare",
    "product-cap": "/product",
    "product-cadence": "/product?side=Cadence",
    "squad": "/squad",
    "owner": "/owner",
    "portfolio": "/portfolio",
    "cap-or-cadence": "/cap-or-cadence",
    "explore": "/explore",
    "dictionary": "/dictionary",
    "dictionary-kpi": "/dictionary?kpi=mrr",
    "coverage": "/coverage",
    "imports": "/imports",
}
