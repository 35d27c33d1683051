"""Made sentences: statements, questions, exclamations, names and numbers from frames and word lists.

Every word is in the pronouncing dictionary (a test reads them all); there are over a million of sentences.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping

SLOTS: Mapping[str, tuple[str, ...]] = {
    "person": (
        *("Margaret", "Thomas", "Doctor Baker", "Professor Young", "Aunt Helen", "Mister Parker", "Laura"),
        *("the postman", "the conductor", "our landlord", "the youngest boy", "his grandmother", "the nurse"),
        *("an old sailor", "the baker", "their lawyer", "the tall woman", "a stranger", "the choir"),
        *("the goalkeeper", "my roommate", "the librarian", "Victor", "Sophia", "the shepherd", "her aunt"),
    ),
    "did": (
        *("hid", "cleaned", "admired", "threw away", "drew", "bought", "weighed", "burned", "hung up"),
        *("wrapped", "mentioned", "gave back", "polished", "stole", "copied", "missed", "kept", "sealed"),
        *("judged", "joined", "showed us", "worshipped", "measured", "pushed aside", "looked after"),
    ),
    "thing": (
        *("the copper kettle", "a jar of honey", "four wool blankets", "the treasure map", "a rusty key"),
        *("this peculiar letter", "the church bell", "a loaf of rye bread", "thirty postcards", "the canoe"),
        *("the piano in the hall", "a judge's hammer", "fresh oysters", "a silk scarf", "the toy airplane"),
        *("two pounds of sugar", "the youngest horse", "an unfinished novel", "the south wall", "a measure"),
        *("some choice peaches", "the royal jewels", "that huge cushion", "five wooden chairs", "a vision"),
    ),
    "time": (
        *("on Tuesday", "at a quarter to six", "before the war", "last spring", "in nineteen thirty one"),
        *("every other Sunday", "on the twelfth of May", "after school", "within an hour", "too late"),
        *("the day before", "around noon", "twenty years ago", "all through August", "at long last"),
    ),
    "place": (
        *("in the cellar", "beyond the orchard", "at the harbor", "on the fifth floor", "near the mill"),
        *("in Boston", "under the old oak", "outside the courthouse", "along the canal", "by the furnace"),
        *("beneath the bridge", "in the back yard", "at the village fair", "on a ship to Norway"),
    ),
    "way": (
        *("with both hands", "in good faith", "very slowly", "with a loud laugh", "for the fun of it"),
        *("as usually happens", "without thinking", "by pure chance", "rather clumsily", "for nine dollars"),
        *("with a sigh", "out of pity", "in broad daylight", "under pressure", "with genuine joy"),
    ),
    "quality": (
        *("foolish", "generous", "bitter", "splendid", "tedious", "curious", "heavy", "charming", "odd"),
        *("dreadful", "pleasant", "cheap", "thorough", "unusual", "obvious", "royal", "vague", "smooth"),
    ),
    "number": (
        *("three", "eleven", "seventeen", "forty two", "sixty five", "ninety", "a hundred and eight"),
        *("two thousand", "six hundred", "twenty four", "half a million", "thirty nine", "eighty"),
    ),
    "unit": ("miles", "minutes", "pages", "coins", "steps", "votes", "degrees", "passengers", "bushels"),
    "asking": (
        *("Who says that", "Why do you think", "Did anyone notice that", "Are we certain that"),
        *("Would you mind if", "How can it be that", "Don't you remember when", "Should we believe that"),
    ),
    "exclaiming": ("How", "Oh, how", "My goodness, how"),
}
FRAMES = (
    "{person} {did} {thing} {time}.",
    "{person} {did} {thing} {way}, but {person} {did} {thing}.",
    "{time}, {person} {did} {thing} {place}.",
    "{place}, {person} {did} {thing} {way}.",
    "{asking} {person} {did} {thing}?",
    "{asking} {person} {did} {thing} {place}?",
    "Was it {person} who {did} {thing} {time}?",
    "Which of them {did} {thing}, {person} or {person}?",
    "{exclaiming} {quality} of {person}!",
    "{exclaiming} {quality} it was {place} {time}!",
    "Look, {person} {did} {thing} again!",
    "{person} counted {number} {unit} {place}.",
    "It is {number} {unit} from here; {person} {did} {thing} {way}.",
    "After {number} {unit}, {person} {did} {thing}.",
    "Nothing was as {quality} as {thing} {place}.",
    "Neither {person} nor {person} {did} {thing} {time}.",
    "You ask whether {person} {did} {thing}: yes, {way}.",
    "Although it seemed {quality}, {person} {did} {thing} {time}.",
    "Please tell {person} that {thing} will be {place}.",
    "{person} is {quality}, {quality} and {quality}.",
)
_SLOT = re.compile(r"\{(\w+)\}")
_SENTENCE_START = re.compile(r"^[a-z]")


def made_sentence(rng: random.Random) -> str:
    """Draw a sentence; no word list gives the same entry twice in a sentence."""
    left = {slot: list(entries) for slot, entries in SLOTS.items()}

    def drawn(match: re.Match[str]) -> str:
        entries = left[match[1]]
        return entries.pop(rng.randrange(len(entries)))

    sentence = _SLOT.sub(drawn, rng.choice(FRAMES))
    return _SENTENCE_START.sub(lambda first: first[0].upper(), sentence)
