"""Answers about parts of a document, put together."""

from typing import Any

import pytest

from doctray.extraction.merge import merged, merged_documents


@pytest.mark.parametrize(
    ("answers", "fields"),
    [
        ([], {}),
        ([{"a": 1}], {"a": 1}),
        ([{"a": None}, {"a": 1}, {"a": None}], {"a": 1}),
        ([{"a": {"b": None, "c": 1}}, {"a": {"b": 2}}], {"a": {"b": 2, "c": 1}}),
        ([{"a": ["x", "y"]}, {"a": ["Y", "z"]}], {"a": ["x", "y", "z"]}),
        ([{"a": [{"n": 1}]}, {"a": [{"n": 2}, {"n": 1}]}], {"a": [{"n": 1}, {"n": 2}]}),
        ([{"a": [{"n": 1, "m": None}]}, {"a": [{"n": 1, "m": "x"}]}], {"a": [{"n": 1, "m": "x"}]}),
        ([{"a": []}, {"a": None}, {"a": [1]}], {"a": [1]}),
    ],
)
def test_the_first_value_stands_and_lists_grow_without_repeats(answers: list[dict[str, Any]], fields: dict[str, Any]) -> None:
    assert merged(answers) == (fields, [])


def test_later_values_that_differ_are_named_and_do_not_stand() -> None:
    fields, warnings = merged([{"a": {"b": "x"}}, {"a": {"b": "X."}}, {"a": {"b": "y"}}])
    assert fields == {"a": {"b": "x"}}
    assert [(warning.code, warning.pointer) for warning in warnings] == [("disagreement", "/a/b")]


def test_a_certificate_that_goes_on_in_the_next_part_is_one() -> None:
    first = {"kind": "insurance", "insured_name": "Red Barn", "policies": [{"policy_number": "A"}]}
    rest = {"kind": "insurance", "insured_name": None, "policies": [{"policy_number": "B"}]}
    documents, warnings = merged_documents([[first], [rest]])
    assert [policy["policy_number"] for policy in documents[0]["policies"]] == ["A", "B"]
    assert (len(documents), warnings) == (1, [])


def test_certificates_that_contradict_each_other_are_two() -> None:
    documents, _ = merged_documents([[{"insured_name": "Red Barn"}], [{"insured_name": "Tall Pine"}, {"insured_name": "Blue Lake"}]])
    assert [document["insured_name"] for document in documents] == ["Red Barn", "Tall Pine", "Blue Lake"]


def test_parts_that_hold_nothing_add_nothing() -> None:
    assert merged_documents([[{"kind": "other"}], [], [{"kind": "other", "title": None, "policies": [{}]}]]) == ([], [])
