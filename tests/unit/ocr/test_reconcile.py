import pytest

from doctray.ocr.reconcile import reconcile
from doctray.ocr.second_reader import LineReading, ReadWord


def read(text: str, confidence: float = 0.9, *, spaces: float | None = None) -> LineReading:
    """A reading whose characters are all as sure; `spaces`: how sure its spaces are."""
    certainties = tuple(confidence if spaces is None or not char.isspace() else spaces for char in text)
    return LineReading(text=text, confidence=confidence if text else 0.0, certainties=certainties)


def texts(words: tuple[ReadWord, ...]) -> list[str]:
    return [word.text for word in words]


@pytest.mark.parametrize(
    ("first", "second", "right"),
    [
        ("51,000,000", "$1,000,000", "$1,000,000"),
        ("S100,000", "$100,000", "$100,000"),
        ("$1,00d,000", "$1,000,000", "$1,000,000"),
        ("$5o0,poo", "$500,000", "$500,000"),
        ("(01/01/2025", "01/01/2025", "01/01/2025"),
        ("12102/2018", "12/02/2018", "12/02/2018"),
        ("08,300", "08:30:00", "08:30:00"),
        ("john@exanple com", "john@example.com", "john@example.com"),
        ("CERTIEICATE", "CERTIFICATE", "CERTIFICATE"),
    ],
    ids=lambda text: text,
)
def test_what_easyocr_misreads_comes_out_right_and_keeps_the_other_reading(first: str, second: str, right: str) -> None:
    (word,) = reconcile(read(first), read(second, 0.98))
    assert word.text == right
    assert word.alternatives == (first,)


def test_agreement_raises_confidence_and_disagreement_lowers_it() -> None:
    (agreed,) = reconcile(read("Aggregate", 0.9), read("Aggregate", 0.99))
    (disputed,) = reconcile(read("Aggrogate", 0.9), read("Aggregate", 0.99))
    assert agreed.confidence > 0.95 > disputed.confidence
    assert agreed.alternatives == ()
    assert disputed.alternatives == ("Aggrogate",)


def test_a_word_is_doubted_for_its_least_sure_character_only() -> None:
    certainties = (1.0,) * 8 + (0.4,) + (1.0,) * 4
    doubted = LineReading(text="Policy 8123 x", confidence=0.95, certainties=certainties)
    policy, number, _ = reconcile(read("Policy 8123 x", 1.0), doubted)
    assert number.confidence < policy.confidence


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        ("1, 000, 000", "1,000,000", ["1,000,000"]),
        ("1,000 000", "1,000,000", ["1,000,000"]),
        ("2 , 000", "2,000", ["2,000"]),
        ("renee@broker .example", "renee@broker.example", ["renee@broker.example"]),
        ("INSURER A : Harbor", "INSURERA:Harbor", ["INSURER", "A", ":", "Harbor"]),
        ("TN37130", "TN 37130", ["TN", "37130"]),
        ("06/28/2024 06/28/2025", "06/28/202406/28/2025", ["06/28/2024", "06/28/2025"]),
        ("contract .", "contract.", ["contract."]),
        ("12310", "12 31.00", ["12", "31.00"]),
        ("INSURERA; Harbor", "INSURER A: Harbor", ["INSURER", "A:", "Harbor"]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_space_that_one_reader_saw_stands_unless_it_parts_what_was_printed_as_one(first: str, second: str, words: list[str]) -> None:
    assert texts(reconcile(read(first, 0.97), read(second, 0.97))) == words


@pytest.mark.parametrize("time", ["1 3:15-", "14:3 0", "9:45-1 0:1 5", "08:2 5-09:05"])
def test_a_space_that_only_easyocr_saw_among_the_figures_of_a_time_is_none(time: str) -> None:
    printed = time.replace(" ", "")
    assert texts(reconcile(read(time, 0.98), read(printed, 0.98))) == [printed]
    assert len(reconcile(read("Room 12 30", 0.98), read("Room 1230", 0.98))) == 3


def test_a_space_between_letters_that_easyocr_is_unsure_of_is_none() -> None:
    assert texts(reconcile(read("exc hangeable", spaces=0.3), read("exchangeable"))) == ["exchangeable"]
    assert texts(reconcile(read("Casualty Company", spaces=0.99), read("CasualtyCompany"))) == ["Casualty", "Company"]


def test_the_cross_of_a_ticked_box_is_no_letter_of_its_label() -> None:
    assert texts(reconcile(read("OCCUR"), read("XOCCUR"))) == ["X", "OCCUR"]
    assert texts(reconcile(read("STATUTE"), read("ESTATUTE")))[0] in ("STATUTE", "ESTATUTE")


@pytest.mark.parametrize("first", ["", "   "])
def test_what_only_the_second_reader_saw_is_kept(first: str) -> None:
    (word,) = reconcile(LineReading(text=first, confidence=0.0), read("Friday", 0.99))
    assert (word.text, word.alternatives) == ("Friday", ())


def test_what_only_the_first_reader_saw_is_kept_and_doubted() -> None:
    (word,) = reconcile(read("Friday", 0.99), LineReading(text="", confidence=0.0))
    assert word.text == "Friday"
    assert word.confidence < 0.9


def test_a_speck_that_one_reader_took_for_a_mark_is_dropped() -> None:
    assert texts(reconcile(read("LIMITS ~", 0.2), read("LIMITS"))) == ["LIMITS"]


def test_nothing_comes_of_nothing() -> None:
    assert reconcile(LineReading(text="", confidence=0.0), LineReading(text=" ", confidence=0.3)) == ()


def test_typographic_marks_are_the_same_print() -> None:
    (word,) = reconcile(read("it's"), read("it’s"))
    assert (word.text, word.alternatives) == ("it’s", ())


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("DESCRIPTIONQEQPERATIONS LLOcATIQNS", "DESCRIPTION OF OPERATIONS / LOCATIONS"),
        ("eyefore", "ead y f the fothe"),
        ("THSCISTEO CERTINYKHAT THEPOLICIES QE JNSURANCE", "THIS IS TO CERTIFY THAT THE POLICIES OF INSURANCE"),
        ("0", "completely different"),
        ("@+", "OTH-"),
    ],
)
def test_nothing_is_written_that_neither_reader_read(first: str, second: str) -> None:
    readers = [reading.replace(" ", "") for reading in (first, second)]
    for word in reconcile(read(first, 0.5), read(second, 0.8)):
        assert any(word.text in reading for reading in readers)
        for other in word.alternatives:
            assert any(other.replace(" ", "") in reading for reading in readers)


def test_words_run_from_left_to_right_where_their_characters_are() -> None:
    spans = tuple((place / 11, (place + 1) / 11) for place in range(11))
    second = LineReading(text="TYPE NUMBER", confidence=0.9, spans=spans, certainties=(0.9,) * 11)
    one, other = reconcile(read("TYPE NUMBER"), second)
    assert (one.start, one.end) == pytest.approx((0, 4 / 11))
    assert (other.start, other.end) == pytest.approx((5 / 11, 1))


def test_like_words_far_apart_are_not_taken_for_the_same_ink() -> None:
    def at(start: float, text: str) -> LineReading:
        step = 0.04
        spans = tuple((start + place * step, start + (place + 1) * step) for place in range(len(text)))
        return LineReading(text=text, confidence=0.9, spans=spans, certainties=(0.95,) * len(text))

    words = reconcile(at(0.8, "Yes"), at(0.0, "Yes"))
    assert sorted((round(word.start, 2), word.text) for word in words) == [(0.0, "Yes"), (0.8, "Yes")]


def test_long_lines_are_reconciled_in_time() -> None:
    first, second = "51,000 " * 80, "$1,000 " * 80
    assert texts(reconcile(read(first.strip()), read(second.strip(), 0.98))) == ["$1,000"] * 80


@pytest.mark.parametrize("second", ["02/05/202.4", "02/05/.2024", "0,2/05/2024"])
def test_a_speck_among_the_digits_of_a_date_is_none(second: str) -> None:
    (word,) = reconcile(read("02/05/2024", 0.8), read(second, 0.98))
    assert (word.text, word.alternatives) == ("02/05/2024", (second,))
    assert word.confidence < 0.95


@pytest.mark.parametrize(("first", "second"), [("1.2.2024", "12.2024"), ("02/06/2024", "02/05/202.4"), ("1,000", "1,00.0")])
def test_a_mark_more_is_a_speck_only_in_the_same_date(first: str, second: str) -> None:
    (word,) = reconcile(read(first, 0.8), read(second, 0.98))
    assert word.text == second
