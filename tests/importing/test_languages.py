# ruff: noqa: E501 - exports have long lines
"""The same tools in other languages, and their files saved again by a spreadsheet."""

from __future__ import annotations

from datetime import date

import pytest

from metrics.importing.report import ImportOptions

from .conftest import Desk

JIRA_DE = "Zusammenfassung,Vorgangsschlüssel,Vorgangstyp,Status,Projektschlüssel,Erstellt,Aktualisiert,Erledigt,Statuskategorie,Benutzerdefinierte Felder (Story Points)\n"
JIRA_DE += 'A,ATE-1,Story,Fertig,ATE,10/Okt/26 11:13 AM,11/Okt/26 11:13 AM,11/Okt/26 11:13 AM,Fertig,"3,5"\nB,ATE-2,Story,In Arbeit,ATE,12/Mär/26 11:13 AM,12/Mär/26 11:13 AM,,In Arbeit,\n'
JIRA_ES = "Resumen,Clave de la actividad,Tipo de actividad,Estado,Clave del proyecto,Creada,Actualizada,Resuelta,Categoría de estado,Campo personalizado (Story Points)\n"
JIRA_ES += "A,ATE-1,Historia,Finalizada,ATE,10/oct/26 11:13,11/oct/26 11:13,11/oct/26 11:13,Listo,3.5\nB,ATE-2,Historia,En curso,ATE,12/mar/26 11:13,12/mar/26 11:13,,En curso,\n"
JIRA_FR = "Résumé;Clé de ticket;Type de ticket;État;Clé de projet;Création;Mise à jour;Résolution le;Catégorie d'état;Champs personnalisés (Story Points)\n"
JIRA_FR += "A;ATE-1;Story;Terminé;ATE;10/10/2026 11:13;11/10/2026 11:13;11/10/2026 11:13;Terminé;3,5\nB;ATE-2;Story;En cours;ATE;12/03/2026 11:13;12/03/2026 11:13;;En cours;\n"
JIRA_IT = "Riepilogo,Chiave ticket,Tipo ticket,Stato,Chiave progetto,Data creazione,Aggiornato,Risolto,Categoria di stato,Campo personalizzato (Story Points)\n"
JIRA_IT += 'A,ATE-1,Story,Completata,ATE,10/ott/26 11:13,11/ott/26 11:13,11/ott/26 11:13,Completata,"3,5"\nB,ATE-2,Story,In corso,ATE,12/mar/26 11:13,12/mar/26 11:13,,In corso,\n'
JIRA_NL = "Samenvatting,Issuesleutel,Issuetype,Status,Projectsleutel,Gemaakt,Bijgewerkt,Opgelost,Statuscategorie,Aangepast veld (Story Points)\n"
JIRA_NL += "A,ATE-1,Story,Gereed,ATE,10/okt./26 11:13,11/okt./26 11:13,11/okt./26 11:13,Gereed,3.5\nB,ATE-2,Story,Wordt uitgevoerd,ATE,12/mrt./26 11:13,12/mrt./26 11:13,,Wordt uitgevoerd,\n"
JIRA_PT = "sep=;\nResumo;Chave da item;Tipo de item;Status;Chave do projeto;Criado;Atualizado(a);Resolvido(a);Categoria do status;Campo personalizado (Story Points)\n"
JIRA_PT += "A;ATE-1;História;Concluído;ATE;10/out/26 11:13;11/out/26 11:13;11/out/26 11:13;Itens concluídos;3,5\nB;ATE-2;Bug;Em andamento;ATE;12/mar/26 11:13;12/mar/26 11:13;;Em andamento;\n"


SPRINT = "com.atlassian.greenhopper.service.sprint.Sprint@2f1[id=12,state=CLOSED,name=S2, last,startDate=2026-03-01]"
JIRA_KO = "요약,이슈 키,이슈 유형,상태,프로젝트 키,만듦,업데이트,해결됨,상태 카테고리,Story Points,Sprint,Sprint.1\n"
JIRA_KO += f'A,ATE-1,버그,완료됨,ATE,2026-10-10 오후 4:40,2026. 10. 11 오전 9:15,2026/10/11 9:15,완료됨,3.5,S1,"{SPRINT}"\nB,ATE-2,버그,진행 중,ATE,2026-3-12 09.15.00,12/三月/26 9:15 上午,,진행 중,,,\n'
JIRA_CS = "Souhrn;Klíč požadavku;Typ požadavku;Stav;Klíč projektu;Vytvořeno;Aktualizováno;Vyřešeno;Kategorie stavu;Story Points\n"
JIRA_CS += "A;ATE-1;Story;Hotovo;ATE;10/říj/26 11:13;11/říj/26 11:13;11/říj/26 11:13;Hotovo;3,5\nB;ATE-2;Story;Probíhá;ATE;12/bře/26 11:13;12/bře/26 11:13;;Probíhá;\n"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (JIRA_DE, "utf-8"),
        (JIRA_KO, "utf-16"),
        (JIRA_CS, "utf-8"),
        (JIRA_ES, "mac_roman"),
        (JIRA_FR, "cp1252"),
        (JIRA_FR, "mac_roman"),
        (JIRA_IT, "utf-16"),
        (JIRA_NL, "utf-8"),
        (JIRA_PT, "cp1252"),
    ],
    ids=["de", "ko", "cs", "es", "fr-excel", "fr-mac", "it", "nl", "pt-excel"],
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
    sprints = desk.rows("select sprints from work_items where item_id = 'ATE-1'")
    assert sprints == [(["S1", "S2, last"] if "Sprint" in text else [],)]


@pytest.mark.parametrize(
    ("name", "text", "profile"),
    [
        ("export.csv", "Issue key,Issue id,Issue Type,Status,Project key,Created\nATE-1,10001,Story,Done,ATE,10/Oct/26 11:13 AM\n", "jira"),
        ("query.csv", "ID,Arbeitselementtyp,Titel,Zugewiesen zu,Zustand,Tags\n5,Aufgabe,Zwei,x,Geschlossen,\n", "azure_devops"),
        ("deals.csv", "ID de l'affaire;Nom de l'affaire;Étape de l'affaire;Montant;Date de création;Date de fermeture\n1;Acme;Conclu gagné;12 000,50;2026-01-02;2026-02-03\n", "hubspot_deals"),
        ("tickets.csv", "Id,Sujet,Demandeur,Demandé,Statut,Priorité,Assigné,Groupe,Mis à jour,Satisfaction\n1,Panne,x,2026-01-02 10:00,Résolu,Haute,y,Support,2026-01-03 10:00,Bon\n", "zendesk_tickets"),
        ("multiTimeline.csv", "\ufeffKategorie: Alle Kategorien\n\nWoche,atelier: (Deutschland)\n2026-01-04,12\n2026-01-11,<1\n", "google_trends"),
        ("deals.csv", "レコードID,取引名,取引ステージ,クローズ日,金額,パイプライン,作成日\n1,A,成立,2026年2月3日 10:00,1200.50,Alpha,2026-01-02 10:00\n2,B,不成立,2026年2月4日,9,Alpha,2026年1月2日\n", "hubspot_deals"),
        ("tickets.csv", "ID;Temat;Wnioskodawca;Data zgłoszenia;Status;Priorytet;Grupa\n1;x;y;02.01.2026 10:00;Rozwiązane;-;Alpha\n", "zendesk_tickets"),
        ("multiTimeline.csv", "카테고리: 모든 카테고리\n\n주,atelier: (대한민국)\n2026-01-04,12\n", "google_trends"),
        ("enquete.csv", "타임스탬프,저희를 추천하시겠습니까? (0-10)\n2026. 3. 2 오전 9:15:00,10 - 매우 그렇다\n2026. 3. 3 오후 9:15:00,9\n", "survey_answers"),
        ("chart.csv", '"\tMy chart"\r\n"\tUniques"\r\n\r\n"\t","2026-03-02T00:00:00","2026-03-09T00:00:00"\r\n"\tApp","10","12"\r\n"\tWeb","1","2"\r\n', "amplitude_chart"),
        ("report.csv", '"Opportunity Name","Stage","Amount","Close Date","Created Date"\n"A","Closed Won","5","9/30/2026","1/15/2026"\n"","Subtotal","5","",""\n\n"Grand Totals (1 records)"\n""\n"Copyright (c) 2026 salesforce.com"\n"Generated By: Zoé"\n"Acme"\n', "salesforce_opportunities"),
        ("issues.json", '[{"iid":6,"title":"A","state":"closed","created_at":"2026-03-02T09:15:00.000Z","closed_at":"2026-10-13T16:40:00.000Z","weight":3,"confidential":false,"web_url":"https://gitlab.com/acme/core/-/issues/6"}]', "gitlab_issues"),
        ("boards.json", '[{"name":"One","lists":[{"id":"l","name":"Done"}],"cards":[{"id":"69a5a6f4aaaa","name":"C","idList":"l"}],"actions":[]},{"name":"Two","lists":[],"cards":[]}]', "trello_board"),
        ("ads.csv", "Dag,Campagne,Klikken,Vert.,Kosten,Conversies,Valutacode\n2026-10-01,Merk,12,1340,12.50,2,EUR\n", "google_ads"),
        ("enquete.csv", "タイムスタンプ,この製品を同僚に勧める可能性は？（0〜10）,理由\n2026/08/29 17:04:53,9,良い\n", "survey_answers"),
        ("enquete.csv", "Tijdstempel,Hoe waarschijnlijk is het dat u ons aanbeveelt?\n29-8-2026 17.04.53,9\n2026/08/29 5:04:53 PM UTC+2,8\n", "survey_answers"),
        ("enquete.csv", "#,¿Qué probabilidad hay de que nos recomiendes a un colega?,Submit Date (UTC),Network ID,Tags\nabc,9,2026-01-02 10:01:00,n,\n", "survey_answers"),
    ],
)  # fmt: skip
def test_other_tools_are_known_in_other_languages(desk, name, text, profile):
    report = desk.inspect(name, text)
    assert (report.profile, report.status, report.rows.quarantined) == (profile, "loaded", 0)


def test_words_that_no_list_knows_are_told(desk: Desk) -> None:
    deals = "Record ID,Deal Name,Deal Stage,Close Date,Amount,Pipeline,Create Date\n1,A,Allekirjoitettu,2026-02-03 10:00,5,Alpha,2026-01-02 10:00\n"
    tickets = "Id,Subject,Requester,Requested,Status,Priority,Group\n" + "".join(
        f"{n},x,y,2026-01-02 10:00,Valmis,-,Alpha\n" for n in range(4)
    )
    told = {
        problem.reason: (problem.rows, problem.example)
        for report in (
            desk.land("deals.csv", deals).report,
            desk.land("tickets.csv", tickets).report,
        )
        for problem in report.problems
    }
    assert told["unsaid_stages"] == (1, "'Allekirjoitettu'")
    assert told["unsaid_statuses"] == (4, "'Valmis'")


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


@pytest.mark.parametrize(
    "text",
    [
        "Datensatz-ID,Deal-Name,Deal-Phase,Betrag,Erstelldatum,Abschlussdatum\n1,A,Abgeschlossen und gewonnen,12000.50,2026-01-02,2026-02-03\n2,B,Abgeschlossen und verloren,5,2026-01-02,2026-02-04\n3,C,Angebot,5,2026-01-02,\n",
        "ID de registro,Nombre del negocio,Etapa del negocio,Importe,Fecha de creación,Fecha de cierre\n1,A,Cierre ganado,12000.50,2026-01-02,2026-02-03\n2,B,Cierre perdido,5,2026-01-02,2026-02-04\n3,C,Propuesta,5,2026-01-02,\n",
        "ID record,Nome trattativa,Fase trattativa,Importo,Data di creazione,Data di chiusura\n1,A,Chiuso vinto,12000.50,2026-01-02,2026-02-03\n2,B,Chiuso perso,5,2026-01-02,2026-02-04\n3,C,Proposta,5,2026-01-02,\n",
    ],
    ids=["de", "es", "it"],
)
def test_deals_are_won_and_lost_in_every_language(desk: Desk, text: str) -> None:
    assert desk.land("deals.csv", text).report.profile == "hubspot_deals"
    assert desk.rows("select outcome, created_day, closed_day from deals order by deal_id") == [
        ("won", date(2026, 1, 2), date(2026, 2, 3)),
        ("lost", date(2026, 1, 2), date(2026, 2, 4)),
        ("open", date(2026, 1, 2), None),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Id,Asunto,Solicitante,Solicitado,Estado,Grupo,Actualizado,Satisfacción\n1,A,x,2026-01-02 10:00,Resuelto,Web,2026-01-03 10:00,Buena\n2,B,x,2026-01-04 10:00,Abierto,Web,2026-01-05 10:00,Mala\n",
        "ID;Betreff;Anforderer;Angefragt;Status;Gruppe;Aktualisiert;Zufriedenheit\n1;A;x;02.01.2026 10:00;Gelöst;Web;03.01.2026 10:00;Gut\n2;B;x;04.01.2026 10:00;Offen;Web;05.01.2026 10:00;Schlecht\n",
        "Ticket ID,Ticket subject,Ticket status,Ticket created - Date,Ticket solved - Date,Ticket group,Ticket satisfaction rating\n1,A,Solved,2026-01-02,,Web,Good\n2,B,Open,2026-01-04,,Web,Bad\n",
    ],
    ids=["es", "de", "explore"],
)
def test_tickets_are_solved_and_rated_in_every_language(desk: Desk, text: str) -> None:
    assert desk.land("tickets.csv", text).report.profile == "zendesk_tickets"
    assert desk.rows("select stream, status, rating from feedback order by feedback_id") == [
        ("Web", "resolved", 1),
        ("Web", "open", 0),
    ]


def test_what_a_survey_tool_counts_by_is_no_question(desk: Desk) -> None:
    text = "ID du répondant,ID du collecteur,Date de fin,Adresse IP,Recommanderiez-vous Atelier ?\n"
    text += "1,2,2026-10-01 10:05:00,1.2.3.4,9\n2,2,2026-10-20 10:05:00,1.2.3.4,3\n"
    desk.land("enquête.csv", text)
    assert desk.rows("select distinct kind from responses") == [("nps",)]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("board.csv", "Name,Person,Status,Due date\nLogin,x,Done,2026-10-01\nSearch,y,Doing,\n"),
    ],
)
def test_what_only_resembles_an_export_is_left_to_be_mapped(
    desk: Desk, name: str, text: str
) -> None:
    assert [problem.reason for problem in desk.inspect(name, text).problems] == ["not_recognised"]


def test_a_customers_mrr_is_added_up_by_currency(desk: Desk) -> None:
    text = "Customer ID,Customer,Customer Email,Currency,2026-08,2026-09\n"
    text += "cus_1,A,a@b.c,eur,50.00,60.00\ncus_2,B,b@b.c,eur,,20.00\ncus_3,C,c@b.c,usd,9.00,9.00\n"
    report = desk.land("MRR_per_Subscriber__monthly.csv", text).report
    assert (report.profile, report.rows.loaded) == ("stripe_mrr", 3)
    assert desk.rows("select day, member, value from observations order by 1, 2") == [
        (date(2026, 8, 1), "eur", 50),
        (date(2026, 8, 1), "usd", 9),
        (date(2026, 9, 1), "eur", 80),
        (date(2026, 9, 1), "usd", 9),
    ]


@pytest.mark.parametrize(
    ("text", "profile"),
    [
        ("Objectif;Résultat clé;Trimestre;Valeur de départ;Valeur cible;Valeur actuelle\nCroître;MRR;T4 2026;80;100;91\n", "notion_okr"),
        ("Feature,Reichweite,Wirkung,Konfidenz,Aufwand,RICE-Score\nSuche,500,1,50%,2,125\n", "rice_sheet"),
    ],
)  # fmt: skip
def test_sheets_are_known_in_other_languages(desk: Desk, text: str, profile: str) -> None:
    report = desk.inspect("sheet.csv", text)
    assert (report.profile, report.status, report.rows.quarantined) == (profile, "loaded", 0)
