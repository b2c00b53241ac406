"""Labels name days in many ways."""

import pytest

from doctray.extraction.rules.timetable.days import DAYS, day_name, days_in_order, week_of


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("Monday", [0]),
        ("MON", [0]),
        ("tues.", [1]),
        ("Weds", [2]),
        ("THUR", [3]),
        ("Fridays", [4]),
        ("SAT", [5]),
        ("Thrusday", [3]),
        ("Wedensday", [2]),
        ("M0nday", [0]),
        ("(Friday", [4]),
        ("Friday 3 May", [4]),
        ("Monday 4/9", [0]),
        ("Mon Week B", [0]),
        ("Mon/Wed", [0, 2]),
        ("Tuesday & Thursday", [1, 3]),
        ("Mon-Fri", [0, 1, 2, 3, 4]),
        ("Monday to Wednesday", [0, 1, 2]),
        ("Dienstag", [1]),
        ("Lundi 10-juin", [0]),
        ("Mittwoch, 3. Dezember", [2]),
        ("Viernes 5 de septiembre", [4]),
        ("miércoles", [2]),
        ("vendredi", [4]),
        ("Terça-feira", [1]),
        ("Quinta", [3]),
        ("woensdag", [2]),
        ("Środa", [2]),
        ("Poniedziałek", [0]),
        ("Çarşamba", [2]),
        ("Salı", [1]),
        ("Giovedì", [3]),
        ("Miercoles", [2]),
        ("torsdag", [3]),
        ("Понедельник", [0]),
        ("П'ЯТНИЦЯ", [4]),
        ("Četvrtak", [3]),
        ("Τετάρτη", [2]),
        ("Laupäev", [5]),
        ("miðvikudagur", [2]),
        ("الأربعاء", [2]),
        ("रविवार", [6]),
        ("星期三", [2]),
        ("金曜日", [4]),
        ("화요일", [1]),
        ("Thứ Tư", [2]),
        ("Thứ 6", [4]),
        ("Dydd Gwener", [4]),
        ("Dé Luain", [0]),
        ("S u n d a y", [6]),
        ("M O N", [0]),
        ("12-May Monday", [0]),
        ("2025-05-12 Monday", [0]),
        ("14 Wed", [2]),
        ("5. Friday", [4]),
        ("Day 3 Wednesday", [2]),
    ],
)
def test_a_label_names_these_days(text: str, days: list[int]) -> None:
    name = day_name(text)
    assert name is not None
    assert list(name.days) == [DAYS[index] for index in days]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Period",
        "Artes",
        "Math",
        "Sunset",
        "Sports",
        "Friends",
        "Monitor",
        "Time",
        "Day",
        "Monday English",
        "M",
        "9:00",
        "Fri-Mon",
        "Month",
        "2 Marine Science",
        "12 May",
        "3 Sat exam",
        "A B C",
    ],
)
def test_other_labels_name_none(text: str) -> None:
    assert day_name(text) is None


def test_a_plain_name_is_surer_than_a_misspelt_one() -> None:
    plain, misspelt = day_name("Thursday"), day_name("Thrusday")
    assert plain
    assert misspelt
    assert plain.certainty > misspelt.certainty


@pytest.mark.parametrize(
    ("text", "week"),
    [("Mon (A)", "A"), ("Odd Week", "Odd"), ("Week 2", "2"), ("WEEK B", "B"), ("even", "even"), ("Monday", None), ("Weekly", None)],
)
def test_a_label_may_tell_the_week(text: str, week: str | None) -> None:
    assert week_of(text) == week


def test_letters_follow_the_week() -> None:
    assert [name.days[0] for name in days_in_order(list("MTWTF")) if name] == list(DAYS[:5])
    assert [name.days[0] for name in days_in_order(list("SMTWTFS")[1:]) if name] == list(DAYS[:6])


def test_an_s_before_the_m_is_sunday() -> None:
    assert [name.days[0] for name in days_in_order(list("SMTWT")) if name] == ["Sunday", *DAYS[:4]]
    assert [name.days[0] for name in days_in_order(list("SMTWTFS")) if name] == ["Sunday", *DAYS[:6]]
    assert [name.days[0] for name in days_in_order(list("MTWTFSS")) if name] == list(DAYS)


def test_what_cannot_be_read_is_told_by_its_distance_from_known_days_with_doubt() -> None:
    names = days_in_order(["Time", "Monday", "Tnoedqy#", "Wednesday", "Thursday"])
    assert [name.days[0] if name else None for name in names] == [None, "Monday", "Tuesday", "Wednesday", "Thursday"]
    assert names[2]
    assert names[2].certainty < 0.65


def test_a_lone_letter_is_told_by_its_distance_from_a_known_day() -> None:
    names = days_in_order(["", "", "", "T", "", "Th", ""])
    assert [name.days[0] if name else None for name in names] == [None, None, "Monday", "Tuesday", "Wednesday", "Thursday", "Friday"]


def test_an_empty_corner_before_a_known_day_is_no_day() -> None:
    assert days_in_order(["", "Tuesday", "Wednesday", "Thursday"])[0] is None


def test_a_break_between_two_days_is_no_day() -> None:
    assert days_in_order(["Mon", "Break", "Tue", "Wed"])[1] is None


@pytest.mark.parametrize(
    "texts",
    [
        "Mo Di Mi Do Fr",
        "MO DI MI DO FR",
        "Lun Mar Mer Jeu Ven",
        "lun. mar. mié. jue. vie.",
        "Lun Mar Mer Gio Ven",
        "Seg. Ter. Qua. Qui. Sex.",
        "2ª 3ª 4ª 5ª 6ª",
        "ma di wo do vr",
        "Pon Wt Śr Czw Pt",
        "Pzt Sal Çar Per Cum",
        "Man Tir Ons Tor Fre",
        "L M X J V",
        "L M M J V",
        "M D M D F",
        "M T W T F",
    ],
)
def test_short_names_of_one_language_in_a_row_are_its_days(texts: str) -> None:
    assert [name.days[0] if name else None for name in days_in_order(texts.split())] == list(DAYS[:5])


def test_short_names_stand_apart_from_columns_between_them() -> None:
    names = days_in_order(["", "Seg.", "Sala", "Ter.", "Sala", "Qua.", "Sala"])
    assert [name.days[0] if name else None for name in names] == [None, "Monday", None, "Tuesday", None, "Wednesday", None]


@pytest.mark.parametrize("texts", [["EN", "MA", "SC", "PT", "HI"], ["Art", "Mar", "PE"], ["M", "D", "PE", "IT"], ["di", "so"]])
def test_codes_of_subjects_are_no_days_for_looking_like_one(texts: list[str]) -> None:
    assert [name for name in days_in_order(texts) if name] == []


@pytest.mark.parametrize(
    ("text", "day", "week"), [("O - Mon", "Monday", "O"), ("B: Tuesday", "Tuesday", "B"), ("Even - Fri", "Friday", "Even")]
)
def test_a_week_may_stand_before_the_day(text: str, day: str, week: str) -> None:
    name = day_name(text)
    assert name is not None
    assert (name.days, name.week) == ((day,), week)


@pytest.mark.parametrize(
    ("labels", "days"),
    [("Lu Ma Mi Ju Vi", (0, 1, 2, 3, 4)), ("Dl Dt Dc Dj Dv", (0, 1, 2, 3, 4)), ("Sa Di Lu Ma Me Je", (5, 6, 0, 1, 2, 3))],
)
def test_short_names_in_a_row_are_days_of_their_language_wherever_the_week_begins(labels: str, days: tuple[int, ...]) -> None:
    assert [name.days[0] if name else None for name in days_in_order(labels.split(" "))] == [DAYS[day] for day in days]


@pytest.mark.parametrize("row", ["Пн Вт Ср Чт Пт", "月 火 水 木 金", "월 화 수 목 금", "Pon Uto Sri Čet Pet", "H K SZ CS P", "E T K N R"])
def test_short_names_of_one_language_in_a_row_are_days(row: str) -> None:
    found = days_in_order(row.split())
    assert [name.days for name in found if name] == [(day,) for day in DAYS[:5]]


@pytest.mark.parametrize("row", ["T1 T2 T3 T4", "一 二 三 四 五", "A B C D E"])
def test_numbers_of_periods_are_no_days(row: str) -> None:
    assert days_in_order(row.split()) == [None] * len(row.split())


@pytest.mark.parametrize(("label", "day"), [("F R-", "Friday"), ("F", "Friday"), ("Room", None), ("Feste", None)])
def test_what_is_left_of_the_last_days_name_is_that_day(label: str, day: str | None) -> None:
    *_, last = days_in_order(["MON", "TUES", "WED", "THURS", label])
    assert (last and last.days[0]) == day
