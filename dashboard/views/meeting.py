"""The review on a wall: one topic a screen, in large type, turned over by ← and →."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

import streamlit as st

from dashboard import (
    absence_cards,
    address,
    cards,
    markup,
    meeting_cards,
    meeting_sentences,
    review_sentences,
    sentences,
    side_sentences,
)
from dashboard.pictures import trend
from dashboard.session import Session
from metrics.pages.meeting import Agenda
from metrics.pages.portfolio import PROGRESS, Holding
from metrics.pages.review_facts import Review, Subject
from metrics.pages.slipping import Slip
from metrics.reading import Reading

TOPIC = "topic"
#: Lines that a wall shows without scrolling.
MOST_LINES = 10
#: Streamlit has no type size for a part of a page; this is of a container with a key, and holds no
#: value. 30 px, and 22 for what is pressed;
#: less in the hand.
LARGE = """<style>
.st-key-meeting_topic :is(p, li) { font-size: 30px; line-height: 1.35; }
.st-key-meeting_topic :is(h2, h3) { font-size: 40px; }
.st-key-meeting_topic button p { font-size: 22px; }
@media (max-width: 640px) {
  .st-key-meeting_topic :is(p, li) { font-size: 20px; }
  .st-key-meeting_topic :is(h2, h3) { font-size: 26px; }
  .st-key-meeting_topic button p { font-size: 18px; }
}
[data-testid="stMain"]:focus-visible { outline: none; }
</style>"""
#: Who has just switched the meeting on stands on the switch, where arrow keys turn nothing over.
LET_GO = """<script>
const held = document.activeElement;
if (held && held.getAttribute("role") === "switch") held.blur();
</script>"""


@dataclass(frozen=True)
class Topic:
    """One screen: how it is called where topics are listed, and what draws it."""

    name: str
    draw: Callable[[], None]


def show(
    session: Session,
    facts: Review,
    held: Agenda,
    slips: Sequence[Slip],
    holdings: Sequence[Holding],
) -> None:
    """The topics in the order of a meeting; which one is shown stands in the address."""
    topics = topics_of(session, facts, held, slips, holdings)
    keys = [str(number) for number in range(1, len(topics) + 1)]
    words = session.voice.words
    names = dict(zip(keys, topics, strict=True))
    with st.container(horizontal=True, vertical_alignment="center", key="meeting_bar"):
        at = keys.index(
            address.one(
                words.say("Topic"),
                TOPIC,
                keys,
                lambda key: f"{key}/{len(keys)} · {names[key].name}",
                width=420,
            )
        )
        for label, icon, shortcut, to in (
            (words.say("Previous"), ":material/arrow_back:", "Left", at - 1),
            (words.say("Next"), ":material/arrow_forward:", "Right", at + 1),
        ):
            st.button(
                label,
                icon=icon,
                shortcut=shortcut,
                disabled=not 0 <= to < len(keys),
                on_click=_turn_to,
                args=(str(to + 1),),
                key=f"turn_{shortcut}",
            )
    st.html(LARGE)
    st.html(LET_GO, unsafe_allow_javascript=True)
    with st.container(key="meeting_topic"):
        topics[at].draw()


def topics_of(
    session: Session,
    facts: Review,
    held: Agenda,
    slips: Sequence[Slip],
    holdings: Sequence[Holding],
) -> list[Topic]:
    """What there is to go through: what was promised, where we stand, each subject, what slips,
    the objectives, what was decided."""
    voice = session.voice
    words = voice.words
    found = []
    if held.due:
        found.append(Topic(words.say("Due"), partial(meeting_cards.promises, session, held)))
    found.append(Topic(words.say("Where we stand"), partial(_stand, session, facts)))
    for index, subject in enumerate(facts.subjects):
        found.append(
            Topic(
                review_sentences.subject_title(voice, subject),
                partial(_subject, session, facts, subject, f"subject_{index}"),
            )
        )
    if slips:
        found.append(Topic(words.say("Initiatives"), partial(_slipping, session, slips)))
    if PROGRESS in voice.catalogue and any(each.pace for each in holdings):
        found.append(Topic(words.say("Objectives"), partial(_objectives, session, holdings)))
    found.append(
        Topic(words.say("Decisions"), partial(meeting_cards.closing, session, facts, held))
    )
    return found


def _slipping(session: Session, slips: Sequence[Slip]) -> None:
    """Initiatives that slip, a line each: no table can be read from the back of a room."""
    words = session.voice.words
    cards.headline(words.count("{n} initiative slips", "{n} initiatives slip", len(slips)))
    _lines([meeting_sentences.slip(session.voice, each) for each in slips], session)


def _objectives(session: Session, holdings: Sequence[Holding]) -> None:
    """Objectives against what the date asked for, a line each, those behind first."""
    voice = session.voice
    cards.headline(voice.words.say("Objectives against their pace"))
    told = sorted(
        (each for each in holdings if each.ahead is not None), key=lambda each: each.ahead or 0.0
    )
    _lines([meeting_sentences.objective(voice, each) for each in told], session)


def _lines(told: Sequence[str], session: Session) -> None:
    for line in told[:MOST_LINES]:
        st.markdown(markup.escape(line))
    if len(told) > MOST_LINES:
        rest = len(told) - MOST_LINES
        st.markdown(markup.escape(session.voice.words.count("and {n} more", "and {n} more", rest)))


def _stand(session: Session, facts: Review) -> None:
    """The headline, and each of its KPIs on a line of its own."""
    voice = session.voice
    cards.headline(review_sentences.headline(voice, facts))
    if facts.landing is not None:
        st.markdown(markup.escape(side_sentences.landing(voice, facts.landing)))
    for reading in facts.headline:
        if reading.figure is not None and reading.figure.value is not None:
            line = _line(session, reading, facts.week.end)
            st.markdown(f"{markup.mark(reading.status)} {markup.escape(line)}")
    absence_cards.missing(session, facts.missing)


def _line(session: Session, reading: Reading, week_end: date) -> str:
    """ "MRR €1.84 M, worse than usual, +1.2 % on the week, +14 % on the year"; of another period,
    which one."""
    voice = session.voice
    parts = (
        f"{voice.short_label(reading.kpi)} {sentences.value(voice, reading)}",
        sentences.standing(voice, reading),
        sentences.change(voice, reading),
        sentences.change_on_year(voice, reading),
        sentences.period(voice, reading.figure)
        if reading.figure is not None and reading.figure.end != week_end
        else "",
    )
    return ", ".join(part for part in parts if part)


def _subject(session: Session, facts: Review, subject: Subject, key: str) -> None:
    """One subject: its sentence, its chart, who answers for it, what was said and decided."""
    voice, reading = session.voice, subject.reading
    title = review_sentences.subject_title(voice, subject)
    cards.headline(title)
    why = (
        review_sentences.movement(voice, reading),
        review_sentences.driver_sentence(voice, subject),
    )
    st.markdown(
        f"{markup.mark(reading.status)} " + " ".join(markup.escape(told) for told in why if told)
    )
    picture, beside = st.columns([3, 2], vertical_alignment="center")
    picture.image(
        trend(reading, voice, session.palette), width="stretch", alt=" ".join((title, *why))
    )
    beside.markdown(
        markup.escape(
            review_sentences.owner_sentence(voice, subject.owners, voice.kpi(reading).owner_role)
        )
    )
    with beside, st.container(horizontal=True, gap="medium"):
        meeting_cards.actions(session, subject, period=facts.week.key, key=key)
    meeting_cards.conversation(session, subject)


def _turn_to(topic: str) -> None:
    st.session_state[address.choice(TOPIC)] = topic
