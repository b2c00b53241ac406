"""Two extractions of one document beside each other."""

import json
import random
from typing import Any

import pytest

from doctray.domain.agreement import MAX_COMPARED, compare, disagreements, field_of, truth_score, value_at


@pytest.mark.parametrize(
    ("here", "there", "same"),
    [
        ("Acme Ltd.", "ACME  LTD", True),
        ("AB-12 34", "ab1234", True),
        ("12.50", "1250", False),
        ("1,000", "1.000", True),
        ("Müller", "Mu\u0308ller", True),
        ("Müller", "Muller", False),
        ("Иванов", "Петров", False),
        ("\u0646\u0648\u0631", "\u0646\u0648\u0631 ", True),
        (1000, 1000.0, True),
        (1000, "1000", False),
        (True, False, False),
        (True, 1, True),
        ("Acme", None, False),
        (None, "Acme", False),
        (float("inf"), float("inf"), True),
        (["a", "b"], ["A", "b."], True),
        (["a", "b"], ["b", "a"], False),
    ],
)
def test_a_value_agrees_by_what_it_says(here: Any, there: Any, same: bool) -> None:
    assert compare({"title": here}, {"title": there}, "certificate") == {"/title": same}


@pytest.mark.parametrize("nothing", [None, "", " - ", [], {}, [None], {"a": None}])
def test_what_neither_states_is_not_compared(nothing: Any) -> None:
    assert compare({"title": nothing}, {"title": None, "issuer_name": nothing}, "certificate") == {}


def block(day: str = "Monday", start: str | None = "09:00", subject: str = "Maths", **more: Any) -> dict[str, Any]:
    return {"day": day, "start": start, "end": "10:00", "subject": subject, "room": None, **more}


def test_blocks_are_recognised_in_any_order() -> None:
    blocks = [block(), block("Tuesday"), block("Tuesday", "10:00", "Art", room="4")]
    agreed = compare({"timeblocks": blocks}, {"timeblocks": blocks[::-1]}, "timetable")
    assert set(agreed.values()) == {True}
    assert agreed["/timeblocks/2/room"]


def test_one_misread_member_is_one_disagreement() -> None:
    agreed = compare({"timeblocks": [block()]}, {"timeblocks": [block(start="09:05")]}, "timetable")
    assert [pointer for pointer, same in agreed.items() if not same] == ["/timeblocks/0/start"]
    agreed = compare({"timeblocks": [block()]}, {"timeblocks": [block(subject="Math5")]}, "timetable")
    assert [pointer for pointer, same in agreed.items() if not same] == ["/timeblocks/0/subject"]


def test_lessons_at_one_time_are_told_apart_by_their_subject() -> None:
    here = [block(subject="Art", room="1"), block(subject="Music", room="2")]
    assert all(compare({"timeblocks": here}, {"timeblocks": here[::-1]}, "timetable").values())


def test_weeks_are_told_apart() -> None:
    here, there = [block(week="A"), block(week="B", subject="Art")], [block(week="B", subject="Art"), block(week="A")]
    assert all(compare({"timeblocks": here}, {"timeblocks": there}, "timetable").values())


def test_an_item_of_one_side_alone_is_one_disagreement_on_either_side() -> None:
    one, two = {"timeblocks": [block()]}, {"timeblocks": [block(), block("Friday")]}
    assert compare(one, two, "timetable")["/timeblocks/1"] is False
    assert compare(two, one, "timetable")["/timeblocks/1"] is False
    assert sum(not same for same in compare(two, one, "timetable").values()) == 1


def policy(number: str | None, kind: str | None, **limits: Any) -> dict[str, Any]:
    return {"policy_number": number, "type": kind, "limits": limits}


def test_policies_are_recognised_by_number_and_by_type() -> None:
    here = {"policies": [policy("P-1", "AUTO", Each=1), policy("P-2", "LIABILITY")]}
    there = {"policies": [policy("P2", "L1ABILITY"), policy("P-I", "AUTO", EACH=1)]}
    wrong = [pointer for pointer, same in compare(here, there, "certificate").items() if not same]
    assert sorted(wrong) == ["/policies/0/policy_number", "/policies/1/type"]


def test_labels_of_limits_are_never_named() -> None:
    here = {"policies": [policy("P1", "AUTO", Combined=5, Smith=1)]}
    agreed = compare(here, {"policies": [policy("P1", "AUTO", combined=5, Jones=1)]}, "certificate")
    assert agreed["/policies/0/limits/0"] is True
    assert [agreed["/policies/0/limits/1"], agreed["/policies/0/limits/2"]] == [False, False]
    assert "smith" not in json.dumps(agreed).lower()


def test_what_differs_can_be_shown_on_both_sides() -> None:
    here = {"title": "A", "policies": [policy("P1", "AUTO", Each=1), policy("P2", "LIFE")]}
    there = {"title": "B", "policies": [policy("P3", "FIRE"), policy("P1", "AUTO", Each=2, More=3)]}
    shown = [(value_at(here, one), value_at(there, other)) for one, other in disagreements(here, there, "certificate")]
    assert shown == [("A", "B"), (1, 2), (None, 3), (here["policies"][1], None), (None, there["policies"][0])]


@pytest.mark.parametrize("pointer", ["/a/7", "/a/x", "/b", "/a/0/0/c", None])
def test_nothing_stands_where_a_pointer_leads_nowhere(pointer: str | None) -> None:
    assert value_at({"a": ["text"]}, pointer) is None


def test_items_without_a_key_are_recognised_only_when_they_are_the_same() -> None:
    here, there = {"policies": [policy(None, None, A=1)]}, {"policies": [policy(None, None, A=2)]}
    assert compare(here, here, "certificate") == {"/policies/0": True, "/policies/0/limits/0": True}
    assert compare(here, there, "certificate") == {"/policies/0": False, "/policies/1": False}


def test_a_field_of_a_custom_schema_is_compared_as_a_whole() -> None:
    here = {"total": "5.00", "rows": [{"sku": "A"}, {"sku": "B"}], "a/b": "x"}
    there = {"total": "5,00", "rows": [{"sku": "A"}, {"sku": "8"}], "a/b": "x"}
    assert compare(here, there, "custom") == {"/total": True, "/rows": False, "/a~1b": True}


@pytest.mark.parametrize("odd", [5, "text", [1, "two", None], {"a": []}, [[]]])
def test_fields_of_an_unforeseen_shape_are_compared_all_the_same(odd: Any) -> None:
    for name in ("timeblocks", "policies", "limits", "title"):
        assert all(isinstance(same, bool) for same in compare({name: odd}, {name: [block()]}, "timetable").values())


def test_a_document_of_any_size_is_compared_within_bounds() -> None:
    many = {"timeblocks": [block(subject=f"S{index}") for index in range(5_000)]}
    assert len(compare(many, many, "timetable")) == MAX_COMPARED


def test_comparing_is_symmetric_in_how_much_agrees() -> None:
    chance = random.Random(7)
    days, starts, subjects = ("Monday", "Friday"), ("09:00", "10:00", None), ("Art", "Maths", "Music")
    for _ in range(200):
        here, there = (
            {
                "timeblocks": [
                    block(chance.choice(days), chance.choice(starts), chance.choice(subjects)) for _ in range(chance.randint(0, 6))
                ]
            }
            for _ in range(2)
        )
        one, other = compare(here, there, "timetable"), compare(there, here, "timetable")
        assert (sum(one.values()), len(one)) == (sum(other.values()), len(other))


def test_the_truth_counts_what_was_missed_and_what_was_made_up() -> None:
    reviewed = {"title": "A", "issuer_name": "B", "subject": None}
    assert truth_score({"title": "A", "issuer_name": None, "subject": "made up"}, reviewed, "certificate") == pytest.approx(1 / 3)
    assert truth_score(reviewed, reviewed, "certificate") == 1.0
    assert truth_score({}, {}, "certificate") is None


@pytest.mark.parametrize(
    ("pointer", "field"),
    [("/title", "title"), ("/timeblocks/3", "timeblocks"), ("/policies/0/limits/12", "policies.limits"), ("/a~1b", "a/b")],
)
def test_a_pointer_belongs_to_a_field(pointer: str, field: str) -> None:
    assert field_of(pointer) == field
