# ruff: noqa: E501 - exports have long lines
"""The same tools in other languages, and their files saved again by a spreadsheet."""

from __future__ import annotations

from datetime import date

import pytest

from metrics.importing.report import ImportOptions

from .conftest import Desk

JIRA_DE = "Zusammenfassung,Vorgangsschlüssel,Vorgangstyp,Status,Projektschlüssel,Erstellt,Aktualisiert,Erledigt,Statuskategorie,Benutzerdefiniertes Feld (Story Points)\n"
JIRA_DE += 'A,ATE-1,Story,Fertig,ATE,10/Okt/26 11:13 AM,11/Okt/26 11:13 AM,11/Okt/26 11:13 AM,Fertig,"3,5"\nB,ATE-2,Story,In Arbeit,ATE,12/Mär/26 11:13 AM,12/Mär/26 11:13 AM,,In Arbeit,\n'
JIRA_ES = "Resumen,Clave de incidencia,Tipo de Incidencia,Estado,Clave del proyecto,Creada,Actualizada,Resuelta,Categoría de estado,Campo personalizado (Story Points)\n"
JIRA_ES += "A,ATE-1,Historia,Finalizada,ATE,10/oct/26 11:13,11/oct/26 11:13,11/oct/26 11:13,Listo,3.5\nB,ATE-2,Historia,En curso,ATE,12/mar/26 11:13,12/mar/26 11:13,,En curso,\n"
JIRA_FR = "Résumé;Clé de ticket;Type de ticket;État;Clé de projet;Création;Mise à jour;Résolution le;Catégorie d'état;Champs personnalisés (Story Points)\n"
JIRA_FR += "A;ATE-1;Story;Terminé;ATE;10/10/2026 11:13;11/10/2026 11:13;11/10/2026 11:13;Terminé;3,5\nB;ATE-2;Story;En cours;ATE;12/03/2026 11:13;12/03/2026 11:13;;En cours;\n"
JIRA_IT = "Riepilogo,Chiave ticket,Tipo ticket,Stato,Chiave progetto,Creato,Aggiornato,Risolto,Categoria di stato,Campo personalizzato (Story Points)\n"
JIRA_IT += 'A,ATE-1,Story,Completata,ATE,10/ott/26 11:13,11/ott/26 11:13,11/ott/26 11:13,Completata,"3,5"\nB,ATE-2,Story,In corso,ATE,12/mar/26 11:13,12/mar/26 11:13,,In corso,\n'


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (JIRA_DE, "utf-8"),
        (JIRA_ES, "utf-8-sig"),
        (JIRA_FR, "cp1252"),
        (JIRA_FR, "mac_roman"),
        (JIRA_IT, "utf-16"),
    ],
    ids=["de", "es", "fr-excel", "fr-mac", "it"],
)
def test_jira_means_the_same_in_every_language(desk: Desk, text: str, encoding: str) -> None:
    report = desk.land("export.csv", text.encode(encoding)).report
    assert (report.profile, report.rows.loaded, report.rows.quarantined) == ("jira", 2, 0)
    assert desk.rows(
        "select item_id, status_category, created_day, done_day, points from work_items order by 1"
    ) == [
        ("ATE-1", "done", date(2026, 10, 10), date(2026, 10, 11), 3.5),
        ("ATE-2", "doing", date(2026, 3, 12), None, None),
    ]


@pytest.mark.parametrize(
    ("name", "text", "profile"),
    [
        ("query.csv", "ID,Arbeitselementtyp,Titel,Zugewiesen zu,Zustand,Tags\n5,Aufgabe,Zwei,x,Geschlossen,\n", "azure_devops"),
        ("deals.csv", "ID de l'affaire;Nom de l'affaire;Étape de l'affaire;Montant;Date de création;Date de fermeture\n1;Acme;Conclu gagné;12 000,50;2026-01-02;2026-02-03\n", "hubspot_deals"),
        ("tickets.csv", "Id,Sujet,Demandeur,Demandé,Statut,Priorité,Assigné,Groupe,Mis à jour,Satisfaction\n1,Panne,x,2026-01-02 10:00,Résolu,Haute,y,Support,2026-01-03 10:00,Bon\n", "zendesk_tickets"),
        ("multiTimeline.csv", "Kategorie: Alle Kategorien\n\nWoche,atelier: (Deutschland)\n2026-01-04,12\n2026-01-11,<1\n", "google_trends"),
        ("enquete.csv", "#,¿Qué probabilidad hay de que nos recomiendes a un colega?,Submit Date (UTC),Network ID,Tags\nabc,9,2026-01-02 10:01:00,n,\n", "survey_answers"),
    ],
)  # fmt: skip
def test_other_tools_are_known_in_other_languages(desk, name, text, profile):
    report = desk.inspect(name, text)
    assert (report.profile, report.status, report.rows.quarantined) == (profile, "loaded", 0)


def test_a_file_with_decimal_commas_reads_its_thousands_with_points(desk: Desk) -> None:
    text = 'Datum,Klicks,Impressionen,CTR,Position\n2026-10-01,12,"1.340","3,5 %","12,3"\n'
    desk.land("gsc.csv", text, ImportOptions(product="alpha"))
    found = dict(desk.rows("select metric, value from observations"))
    assert found["search_impressions"] == 1340
    assert float(found["search_click_rate_percent"]) == 3.5


def test_a_file_with_decimal_points_reads_its_thousands_with_commas(desk: Desk) -> None:
    text = 'Date,Clicks,Impressions,CTR,Position\n2026-10-01,12,"1,340",3.5%,12.3\n'
    desk.land("gsc.csv", text, ImportOptions(product="alpha"))
    assert ("search_impressions", 1340) in desk.rows("select metric, value from observations")
