"""English spelling rules for words that no dictionary helps with: letters to phones, then stress by guess."""

from __future__ import annotations

import re

from interp.text.lexicon import Pronunciation, guess_stress

# Letters in their context (a regular expression; < and > are the ends of the word, V a vowel letter, C a
# consonant) and their phones. Of the rules for a letter the first that fits is applied.
_RULES_TEXT = """
a(?=>)              AH
able>               AH B AH L
age>                IH JH
al>                 AH L
ality>              AE L AH T IY
an>                 AH N
ant>                AH N T
ance>               AH N S
ar>                 ER
ate>                EY T
ae                  IY
aigh                EY
ai(?=r)             EH
ai|ay               EY
air                 EH R
arr(?=V)            EH R
are>                EH R
ar(?=[aeiouy])      EH R
(?<=w)ar            AO R
ar                  AA R
augh|au|aw          AO
a(?=l[lkt])         AO
(?<=qu)a(?=[^r]C)   AA
(?<=<w)a(?=[nst])   AA
a(?=ti)             EY
a(?=C[ei]>|Ces>|Ced>) EY
a(?=C[ie][a-z])     EY
a                   AE
bb|b                B
(?<=m)b(?=>)
cch                 K
ch(?=r|l)           K
(?<=s)ch            K
ch                  CH
ck                  K
cc(?=[eiy])         K S
ci(?=[aou])         SH
c(?=[eiy])          S
cc|cq|c             K
dge                 JH
dd|d                D
eau                 OW
ea(?=d>|th|lth)     EH
ear(?=[dlnt])       ER
ear                 IH R
ea                  IY
eer                 IH R
ee                  IY
ei(?=gh)            EY
ei(?=n>|r)          AY
ei                  AY
eu|ew               UW
ey>                 IY
ey                  EY
er(?=[aeiou])       EH R
err                 EH R
ere>                IH R
er                  ER
ed>                 D
el>                 AH L
en>                 AH N
ent>                AH N T
ence>               AH N S
ency>               AH N S IY
es>                 Z
e>
(?<=<[bdrp])e(?=C[aeiou]) IH
e(?=Ce>)            IY
e(?=ness|ment|ly|ful|less)
e                   EH
ff|f                F
ght                 T
(?<=<)gh            G
gh
gn>                 N
(?<=<)gn            N
gi(?=[ao])          JH
(?<=<)g(?=e)        JH
gg                  G
gu(?=[eiy])         G
g(?=[ey])           JH
g(?=i[^a-z]|i[cnst]) JH
g                   G
(?<=[rt])h
h(?=>|C)
h                   HH
ie>                 IY
ied>                AY D
ier>                IY ER
iew                 Y UW
ies>                IY Z
ie(?=[lf])          IY
ie                  IY
igh                 AY
ign>                AY N
i(?=ld>|nd>)        AY
ique>               IY K
ine>                IY N
ive>                IH V
ice>                IH S
ite>                AY T
ism>                IH Z AH M
ious>               IY AH S
ir(?=[aeiou])       IH R
ir                  ER
i(?=o|a|u)          IY
i(?=Ce>|Ces>|Ced>|Cer>|Cing>) AY
i>                  IY
i                   IH
j                   JH
(?<=<)kn            N
kk|kh|k             K
(?<=[bcdfgkptzs])le> AH L
(?<=[bcdfgkptzs])les> AH L Z
ll|l                L
(?<=<)mc(?=[^aeiou]) M AH K
mm|m                M
(?<=<)mn            N
ng>                 NG
ng(?=s>|h|C)        NG
nge                 N JH
n(?=k|x|qu|c[^ehiy]) NG
nn|n                N
oar                 AO R
oa                  OW
oi|oy               OY
ook                 UH K
oor                 AO R
oo                  UW
ous>                AH S
ough>               OW
ought               AO T
our                 AO R
ould                UH D
ou                  AW
own>                OW N
ow(?=>|s>|C>)       OW
ow                  AW
or>                 ER
or(?=k|l|d|th>)     AO R
or                  AO R
o>                  OW
os>                 OW Z
oe>                 OW
on>                 AH N
om>                 AH M
ology>              AA L AH JH IY
o(?=Ce>|Ces>|Ced>)  OW
o(?=ld|lt|ll>)      OW
o(?=st>)            OW
o(?=C[aeiouy])      OW
o                   AA
(?<=<)ps            S
ph                  F
pp|p                P
que>                K
qu                  K W
q                   K
rrh|rh|rr|r         R
sci                 S AY
sc(?=[eiy])         S
sch                 SH
sh                  SH
ssion               SH AH N
(?<=[aeiou])sion    ZH AH N
sion                SH AH N
(?<=[aeiou])sure    ZH ER
(?<=[aeiou])s(?=e>|es>|ed>) Z
(?<=[aeioubdglmnrvwy])s> Z
(?<=[aeiou])s(?=m>) Z
ss|s                S
tion                SH AH N
ture                CH ER
tia                 SH AH
tious               SH AH S
th                  TH
tch                 CH
tt|t                T
(?<=<)uni           Y UW N IH
(?<=[gq])u(?=[aeiou]) W
ui                  UW
ue>                 UW
ure>                Y UH R
ur(?=[aeiou])       UH R
ur                  ER
ule>                Y UW L
um>                 AH M
us>                 AH S
(?<=<)u(?=C[aeiou]) Y UW
(?<=[bcfhmp])u(?=C[aeiou]) Y UW
u(?=C[aeiou])       UW
u>                  UW
u                   AH
vv|v                V
(?<=<)wh(?=o)       HH
wh                  W
(?<=<)wr            R
w(?=>|C)
w                   W
(?<=<)x             Z
x                   K S
(?<=<)y             Y
y(?=[aeou])         Y
(?<=<C)y>           AY
(?<=[aeo])y         
y>                  IY
y(?=Ce>)            AY
y                   IH
zz|z                Z
"""
_LETTER = re.compile(r"[a-z]")

Rule = tuple["re.Pattern[str]", tuple[str, ...]]


def _parse_rules() -> dict[str, list[Rule]]:
    rules: dict[str, list[Rule]] = {}
    for line in _RULES_TEXT.strip("\n").splitlines():
        pattern, _, phones = line.partition(" ")
        first = _LETTER.search(re.sub(r"\(\?<[^)]*\)", "", pattern))
        assert first is not None
        in_full = pattern.replace("V", "[aeiouy]").replace("C", "[b-df-hj-np-tv-z]")
        in_full = re.sub(r">(?!\)|\|)", "(?=>)", in_full) if "(?=" not in in_full else in_full
        rules.setdefault(first[0], []).append((re.compile(in_full), tuple(phones.split())))
    return rules


_RULES = _parse_rules()


def spell_out(word: str) -> Pronunciation:
    """Phones with stress of any letters a-z, by rule; other characters are passed over.

    The rules are this project's own. The result may lack a vowel, and may be empty.
    """
    marked = f"<{''.join(_LETTER.findall(word))}>"
    phones: list[str] = []
    position = 1
    while position < len(marked) - 1:
        match, spoken = _first_fit(marked, position)
        phones += spoken
        position = match.end()
    return guess_stress(phones)


def _first_fit(marked: str, position: int) -> tuple[re.Match[str], tuple[str, ...]]:
    for pattern, spoken in _RULES[marked[position]]:
        match = pattern.match(marked, position)
        if match:
            return match, spoken
    raise AssertionError(f"no rule for {marked[position]!r}")
