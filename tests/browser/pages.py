"""Every page of the dashboard, by the name its pictures have and the address that opens it."""

PAGES = {
    "review": "/",
    "product-cap": "/product",
    "product-cadence": "/product?side=Cadence",
    "squad": "/squad",
    "portfolio": "/portfolio",
    "explore": "/explore",
    "dictionary": "/dictionary",
    "dictionary-kpi": "/dictionary?kpi=mrr",
    "coverage": "/coverage",
    "imports": "/imports",
}
