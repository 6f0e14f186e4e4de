"""What is said of accounts at risk, of a market and of discoveries."""

from __future__ import annotations

from dashboard.translation import mark
from dashboard.voice import Voice
from metrics.catalogue.kpi import Unit
from metrics.pages.accounts_at_risk import RECENT, AccountsAtRisk, Sign
from metrics.pages.discoveries import Discoveries
from metrics.pages.market_side import Deals

#: Why use says nothing of accounts.
USE_UNREAD = {
    "no_days": mark("Use is not read: too few days of it are known."),
    "no_accounts": mark("Use is not read: no event names an account that pays."),
}


def accounts(voice: Voice, found: AccountsAtRisk) -> str:
    """How many accounts are at risk, and what they pay; as of which day."""
    words, day = voice.words, voice.format.date(found.day)
    if not found.found:
        return words.count(
            "The {n} account that pays shows no sign that it may leave, as of {day}.",
            "None of the {n} accounts that pay shows a sign that it may leave, as of {day}.",
            found.paying,
            day=day,
        )
    told = words.count(
        "{n} of {paying} accounts that pay shows a sign that it may leave, as of {day}.",
        "{n} of {paying} accounts that pay show a sign that they may leave, as of {day}.",
        len(found.found),
        paying=voice.format.number(found.paying),
        day=day,
    )
    if found.at_risk is None or not found.mrr:
        return told
    amount = voice.format.short(Unit.MONEY, found.at_risk)
    share = voice.format.percent(found.at_risk / found.mrr)
    paid = words.say("They pay {amount} a month, {share} of the MRR.", amount=amount, share=share)
    return f"{told} {paid}"


def sign(voice: Voice, found: Sign, found_in: AccountsAtRisk) -> str:
    """A sign in words: "not used for 41 days"."""
    words = voice.words
    match found.kind:
        case "leaves":
            return words.say("ends on {day}", day=voice.format.date(found.day))
        case "unused":
            seen = found_in.used_until or found_in.day
            return words.count(
                "not used for {n} day",
                "not used for {n} days",
                (seen - found.day).days if found.day else 0,
            )
        case "never_used":
            return words.say("never used so far")
        case "used_less":
            return words.say(
                "used on {now} of {days} days, {before} before",
                now=voice.format.number(found.now or 0),
                before=voice.format.number(found.before or 0),
                days=RECENT.days,
            )
        case _:
            return words.say(
                "pays {now}, {before} three months ago",
                now=voice.format.short(Unit.MONEY, found.now),
                before=voice.format.short(Unit.MONEY, found.before),
            )


def deals(voice: Voice, found: Deals) -> str:
    """Wins and losses of a year in one sentence."""
    words, number = voice.words, voice.format.number
    told = words.say(
        "In the year to {day}: {won} won, {lost} lost, so {rate} of deals decided are won.",
        day=voice.format.date(found.until),
        won=number(found.won),
        lost=number(found.lost),
        rate=voice.format.percent(found.win_rate),
    )
    if not found.undecided:
        return told
    beside = words.count(
        "{n} ended without a decision.", "{n} ended without a decision.", found.undecided
    )
    return f"{told} {beside}"


def discoveries(voice: Voice, found: Discoveries) -> str:
    """How much was heard in a year, and what came of it."""
    words = voice.words
    told = words.count(
        "{n} discovery in the year to {day}.",
        "{n} discoveries in the year to {day}.",
        len(found.found),
        day=voice.format.date(found.until),
    )
    if found.people_heard:
        heard = words.count("{n} person heard.", "{n} people heard.", found.people_heard)
        told = f"{told} {heard}"
    led = words.count("{n} led to an initiative.", "{n} led to an initiative.", found.led)
    return f"{told} {led}"
