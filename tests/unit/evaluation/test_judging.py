"""Values against the truth. The counts of each example are those of an independent scorer."""

from typing import Any

import pytest

from doctray.evaluation.judging import judge
from doctray.evaluation.kinds import kind_of
from doctray.evaluation.matching import same_block, same_value
from doctray.evaluation.tally import Tally, by_kind, tally

BLOCK = {"day": "Monday", "start": "09:00", "end": "09:50", "subject": "Maths", "room": "R1", "teacher": None}
POLICY = {"type": "AUTO", "policy_number": "A-1", "limits": {"EACH OCCURRENCE": 1000000, "MED EXP": "Excluded"}}


@pytest.mark.parametrize(
    ("truth", "found", "same"),
    [
        ("Acme Ltd.", "ACME  LTD", True),
        ("Acme Limited Company", "Acme Limlted Company", True),
        ("Acme", "Acne", False),
        ("12 Main St", "13 Main St", False),
        ("Suite 4", "Suite", False),
        (1000000, "1000000", True),
        (1000000, 1000000.0, True),
        (1000000, "1,000,000", False),
        (2024, None, False),
        (True, "true", True),
        ("", "", True),
    ],
)
def test_a_value_is_right_when_it_says_the_same(truth: object, found: object, same: bool) -> None:
    assert same_value(truth, found) is same


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({}, True),
        ({"subject": "maths"}, True),
        ({"subject": "Math"}, True),
        ({"subject": "Art"}, False),
        ({"day": "Tuesday"}, False),
        ({"end": "09:55"}, False),
    ],
)
def test_a_block_is_right_by_day_time_and_subject(changes: dict[str, Any], same: bool) -> None:
    assert same_block(BLOCK, {**BLOCK, **changes}) is same


def test_an_edge_that_is_not_printed_may_be_anything() -> None:
    assert same_block({**BLOCK, "inferred": ["end"]}, {**BLOCK, "end": None})


@pytest.mark.parametrize(
    ("truth", "found", "counts"),
    [
        ({"title": "A", "issue_date": None}, {"title": "A", "issue_date": None}, (1, 1, 1)),
        ({"title": "Certificate"}, {}, (0, 0, 1)),
        ({"title": "Certificate"}, {"title": "Other", "subject": "x"}, (0, 2, 1)),
        ({"title": "A", "truth_notes": "seen"}, {"title": "A"}, (1, 1, 1)),
        ({"timeblocks": [BLOCK]}, {"timeblocks": [BLOCK]}, (2, 2, 2)),
        ({"timeblocks": [BLOCK]}, {"timeblocks": [{**BLOCK, "room": "R2"}]}, (1, 2, 2)),
        ({"timeblocks": [BLOCK]}, {"timeblocks": [{**BLOCK, "day": "Friday"}]}, (0, 1, 1)),
        ({"timeblocks": [BLOCK, BLOCK]}, {"timeblocks": [BLOCK]}, (2, 2, 3)),
        ({"timeblocks": []}, {"timeblocks": [BLOCK, "x"]}, (0, 1, 0)),
        ({"title": "A"}, {"title": "A", "timeblocks": [BLOCK]}, (1, 1, 1)),
        ({"policies": [POLICY]}, {"policies": [POLICY]}, (4, 4, 4)),
        ({"policies": [POLICY]}, {"policies": []}, (0, 0, 4)),
        ({"policies": []}, {"policies": [POLICY]}, (0, 4, 0)),
        (
            {"policies": [POLICY]},
            {"policies": [{**POLICY, "limits": {"EACH OCCURRENCE LIMIT": 1000000, "MED EXP": "Included"}}]},
            (3, 4, 4),
        ),
        ({"policies": [POLICY]}, {"policies": [{**POLICY, "currency": "USD", "additional_insured": True}]}, (4, 4, 4)),
        ({"policies": [{**POLICY, "currency": "USD"}]}, {"policies": [{**POLICY, "currency": "USD"}]}, (5, 5, 5)),
        (
            {"insurers": [{"letter": "A", "name": "X"}, {"letter": "B", "name": "Y"}]},
            {"insurers": [{"letter": "B", "name": "Y"}]},
            (2, 2, 4),
        ),
        ({"a/b": {"c~d": "x"}}, {"a/b": {"c~d": "x"}}, (1, 1, 1)),
        ({"items": [{"what": "Saw", "qty": 1}, {"what": "Nail"}]}, {"items": [{"what": "Nail"}, {"what": "Saw", "qty": 2}]}, (2, 3, 3)),
        ({"tags": ["a", "b"]}, {"tags": ["a"], "rows": [{"x": 1}]}, (1, 2, 2)),
    ],
)
def test_examples_count_as_a_person_counts_them(truth: dict[str, Any], found: dict[str, Any], counts: tuple[int, int, int]) -> None:
    result = tally(judge(truth, found))
    assert (result.right, result.found, result.true) == counts


def test_a_fault_stands_beside_what_comes_nearest() -> None:
    friday = {**BLOCK, "day": "Friday", "subject": "Art"}
    judged = judge({"timeblocks": [BLOCK, friday]}, {"timeblocks": [{**BLOCK, "end": "10:00"}, friday]})
    wrong = [each for each in judged if each.kind == "block" and not each.right]
    assert [(each.truth_at, each.found_at, each.expected, each.found) for each in wrong] == [
        ("/timeblocks/0", "/timeblocks/0", "Monday 09:00–09:50 Maths", "Monday 09:00–10:00 Maths")
    ]


def test_a_wrong_value_shows_what_was_read_there() -> None:
    (missed, read) = judge({"title": "Certificate"}, {"title": "Licence"})
    assert (missed.expected, missed.found, missed.found_at, missed.right) == ("Certificate", "Licence", None, False)
    assert (read.found_at, read.truth_at) == ("/title", None)


@pytest.mark.parametrize(
    ("pointer", "value", "kind"),
    [
        ("/issue_date", "2024-01-01", "date"),
        ("/policies/0/expiry_date", "2024-01-01", "date"),
        ("/policies/0/limits/EACH OCCURRENCE", 1000, "amount"),
        ("/policies/0/limits/date", "Included", "amount"),
        ("/insurers/1/name", "X", "name"),
        ("/holder_name", "X", "name"),
        ("/timeblocks/3", "Monday …", "block"),
        ("/timeblocks/3/room", "R1", "place"),
        ("/timeblocks/3/teacher", "X", "name"),
        ("/insured_address", "X", "place"),
        ("/policies/0/policy_number", "X", "id"),
        ("/insurers/0/naic", "12345", "id"),
        ("/policies/0/additional_insured", True, "flag"),
        ("/year", 2024, "number"),
        ("/subject", "x", "text"),
        ("/invoiceDate", "2024-01-01", "date"),
        ("/vendorName", "X", "name"),
    ],
)
def test_kinds(pointer: str, value: object, kind: str) -> None:
    assert kind_of(pointer, value) == kind


def test_rates() -> None:
    assert (Tally().precision, Tally().recall, Tally().f1) == (0, 0, 0)
    counts = Tally(right=1, found=2, true=4) + Tally(right=2, found=2, true=4)
    assert (counts.precision, counts.recall, counts.f1) == (0.75, 0.375, 0.5)


def test_kinds_add_up_to_the_whole() -> None:
    judged = judge({"policies": [POLICY], "title": "A"}, {"policies": [{**POLICY, "policy_number": "B"}], "title": "A"})
    whole = Tally()
    for part in by_kind(judged).values():
        whole += part
    assert whole == tally(judged)
