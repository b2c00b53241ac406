import pytest

from doctray.pages.judgement import Evidence, Verdict, is_garbage, judge

ENGLISH = (
    "This certificate is issued as a matter of information only and confers no rights upon the certificate holder. "
    "It does not affirmatively or negatively amend, extend or alter the coverage afforded by the policies below."
)
GERMAN = (
    "Hiermit wird bescheinigt, dass die Teilnehmerin an der Fortbildung im Bereich Arbeitssicherheit mit Erfolg teilgenommen hat. "
    "Die Veranstaltung umfasste zwanzig Unterrichtsstunden und wurde durch die Berufsgenossenschaft anerkannt."
)
POLISH = (
    "Niniejszym zaświadcza się, że ubezpieczony posiada ważną polisę odpowiedzialności cywilnej. "
    "Suma gwarancyjna wynosi pięćset tysięcy złotych na jedno i wszystkie zdarzenia w okresie ubezpieczenia."
)
RUSSIAN = "Настоящим подтверждается, что слушатель прошёл обучение по охране труда в полном объёме и сдал экзамен."
FORM = "COMMERCIAL GENERAL LIABILITY CLAIMS-MADE OCCUR GEN'L AGGREGATE LIMIT APPLIES PER: POLICY PRO-JECT LOC $ 1,000,000 03540988 N/A"


def shifted(text: str, by: int) -> str:
    """What a ToUnicode map that is off by some glyphs makes of it."""
    return "".join(chr((ord(c) - 97 + by) % 26 + 97) if c.isascii() and c.islower() else c for c in text.lower())


def evidence(text: str = ENGLISH, *, hidden_letters: int = 0, unread_glyphs: int = 0, inked: bool = True) -> Evidence:
    return Evidence(text=text, hidden_letters=hidden_letters, unread_glyphs=unread_glyphs, inked=inked)


LETTERS = sum(not c.isspace() for c in ENGLISH)


@pytest.mark.parametrize(
    ("seen", "verdict"),
    [
        (evidence(), Verdict.SOUND),
        (evidence(FORM), Verdict.SOUND),
        (evidence("7"), Verdict.SOUND),
        (evidence("", inked=False), Verdict.BLANK),
        (evidence("", inked=True), Verdict.NO_TEXT),
        (evidence("", hidden_letters=900), Verdict.HIDDEN),
        (evidence(hidden_letters=LETTERS), Verdict.HIDDEN),
        (evidence(hidden_letters=LETTERS // 5), Verdict.SOUND),
        (evidence(shifted(ENGLISH, 3)), Verdict.GARBAGE),
        (evidence("Page 1 of 1", unread_glyphs=1500), Verdict.PARTIAL),
        (evidence(unread_glyphs=LETTERS), Verdict.PARTIAL),
        (evidence(unread_glyphs=LETTERS // 3), Verdict.SOUND),
        (evidence("Certificate of Completion", unread_glyphs=40), Verdict.PARTIAL),
        (evidence("Certificate of Completion", unread_glyphs=25), Verdict.SOUND),
        (evidence("A few words on a picture", unread_glyphs=29), Verdict.SOUND),
        (evidence("A few words on a picture " * 20, unread_glyphs=59), Verdict.SOUND),
    ],
)
def test_a_text_layer_is_trusted_only_where_it_says_what_is_printed(seen: Evidence, verdict: Verdict) -> None:
    assert judge(seen) is verdict


@pytest.mark.parametrize(
    "text", [ENGLISH, GERMAN, POLISH, RUSSIAN, FORM, "", "12.03.2025", "\uf0b7 Safety \uf0b7 First aid \uf0b7 Fire wardens"]
)
def test_sound_text_is_no_garbage(text: str) -> None:
    assert not is_garbage(text)


@pytest.mark.parametrize(
    "text",
    [
        "\ufffd" * 40,
        "Policy \ufffd\ufffd\ufffd\ufffd \ufffd\ufffd\ufffd",
        "".join(map(chr, range(0xE000, 0xE040))),
        "(cid:12)(cid:33)(cid:7) (cid:45)(cid:2)",
        "\x01\x02\x03\x04 \x05\x06\x07",
        *(shifted(ENGLISH, by) for by in (1, 3, 5, 7, 11, 19, 25)),
        *(shifted(GERMAN, by) for by in (1, 3, 7)),
    ],
)
def test_text_that_no_one_prints_is_garbage(text: str) -> None:
    assert is_garbage(text)
