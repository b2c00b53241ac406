"""A model's fields against those of the rules."""

from typing import Any

import pytest

from doctray.domain.document import Box
from doctray.domain.extraction import Extraction, Provenance, Warning, leaves
from doctray.extraction.vote import ALONE_AT_MOST, alike, voted


def taken(
    fields: dict[str, Any], *, sure: float = 0.8, without: tuple[str, ...] = (), warnings: tuple[Warning, ...] = (), **more: Any
) -> Extraction:
    """All values on page 1 as sure as told, but for those without a place."""
    place = {
        pointer: Provenance(page=1, box=Box(0, 0, 1, 1), text=str(value), confidence=sure)
        for pointer, value in leaves(fields)
        if pointer not in without and not isinstance(value, bool)
    }
    ungrounded = tuple(Warning(code="ungrounded", message="", pointer=pointer) for pointer in without)
    return Extraction(document_type="certificate", fields=fields, provenance=place, warnings=(*warnings, *ungrounded), **more)


def weighed(model: Extraction, rules: Extraction) -> tuple[Extraction, list[str]]:
    """The outcome and the pointers of disagreements."""
    outcome = voted(model, rules, model_name="m")
    return outcome, [warning.pointer for warning in outcome.warnings if warning.code == "disagreement"]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("North Fork Mutual", "NORTH FORK MUTUAL.", True),
        ("North Fork Mutual", "North Fork Mutua1", False),
        ("Northern Fork Mutual", "Northem Fork Mutual", True),
        ("GLP 4471902", "GLP 4471903", False),
        ("A", "B", False),
        (1000, 1000.0, True),
        (1, True, False),
        (True, True, True),
        ("1000", 1000, False),
    ],
)
def test_what_counts_as_the_same(one: object, other: object, same: bool) -> None:
    assert alike(one, other) is same


def test_agreement_makes_surer() -> None:
    outcome, differ = weighed(taken({"a": "x"}), taken({"a": "X"}, sure=0.7))
    assert (outcome.fields, differ) == ({"a": "x"}, [])
    assert outcome.provenance["/a"].confidence == 0.9


def test_two_that_agree_are_never_certain() -> None:
    outcome, _ = weighed(taken({"a": "x"}, sure=1.0), taken({"a": "x"}, sure=1.0))
    assert outcome.provenance["/a"].confidence == 0.99


@pytest.mark.parametrize(
    ("model", "rules", "value"),
    [
        (taken({"a": "x"}, without=("/a",)), taken({"a": "y"}), "y"),
        (taken({"a": "x"}), taken({"a": "y"}, without=("/a",)), "x"),
        (taken({"a": "x"}, sure=0.6), taken({"a": "y"}, sure=0.9), "y"),
        (taken({"a": "x"}), taken({"a": "y"}), "x"),
        (taken({"a": "x"}), taken({"a": "y"}, warnings=(Warning(code="repaired_date", message="", pointer="/a"),)), "x"),
    ],
    ids=[
        "the model's is not on the page",
        "the rules' is not",
        "the rules read it more surely",
        "as sure as each other",
        "the rules doubt it",
    ],
)
def test_the_better_supported_value_stands_and_the_difference_is_shown(model: Extraction, rules: Extraction, value: str) -> None:
    outcome, differ = weighed(model, rules)
    assert (outcome.fields, differ) == ({"a": value}, ["/a"])
    assert outcome.provenance["/a"].confidence < 0.7
    assert outcome.extractors == ("m", "rules")


def test_a_value_that_only_the_model_gives_stands_but_nobody_is_very_sure() -> None:
    outcome, differ = weighed(taken({"a": "x"}, sure=1.0), taken({"a": None}))
    assert (outcome.fields, differ) == ({"a": "x"}, [])
    assert outcome.provenance["/a"].confidence == ALONE_AT_MOST


def test_a_value_that_only_the_rules_give_stands_and_is_shown() -> None:
    outcome, differ = weighed(taken({"a": None}), taken({"a": "x", "b": "y"}))
    assert (outcome.fields, differ) == ({"a": "x", "b": "y"}, ["/a", "/b"])


def test_a_value_that_stands_nowhere_keeps_its_flag() -> None:
    outcome, _ = weighed(taken({"a": "x"}, without=("/a",)), taken({"a": None}))
    assert [(warning.code, warning.pointer) for warning in outcome.warnings] == [("ungrounded", "/a")]


def test_entries_of_lists_are_matched_by_what_they_say() -> None:
    model = taken({"p": [{"n": "A", "d": 1}, {"n": "B", "d": 2}]})
    rules = taken({"p": [{"n": "B", "d": 2}, {"n": "A", "d": 9}, {"n": "C", "d": 3}]})
    outcome, differ = weighed(model, rules)
    assert outcome.fields == {"p": [{"n": "A", "d": 1}, {"n": "B", "d": 2}, {"n": "C", "d": 3}]}
    assert differ == ["/p/0/d", "/p/2"]
    assert outcome.provenance["/p/2/n"].text == "C"
    assert outcome.provenance["/p/1/n"].confidence == 0.9


def test_labels_of_limits_are_matched_without_case_and_signs() -> None:
    outcome, differ = weighed(taken({"limits": {"EACH OCCURRENCE": 5}}), taken({"limits": {"Each occurrence:": 5}}))
    assert (outcome.fields, differ) == ({"limits": {"EACH OCCURRENCE": 5}}, [])


def test_doubts_about_how_a_value_was_read_come_along_and_checks_do_not() -> None:
    doubts = (
        Warning(code="ambiguous_date", message="", pointer="/a"),
        Warning(code="policy_number_missing", message="", pointer="/a"),
        Warning(code="uncertain_type", message=""),
        Warning(code="no_fields", message=""),
    )
    outcome, _ = weighed(taken({"a": "2026-01-02"}), taken({"a": "2026-01-02"}, warnings=doubts))
    assert {warning.code for warning in outcome.warnings} == {"ambiguous_date", "uncertain_type"}


def test_other_numbers_of_documents_are_shown() -> None:
    outcome, differ = weighed(taken({"a": "x"}), taken({"a": "x"}, other_documents=({"a": "y"},)))
    assert (list(outcome.other_documents), differ) == ([{"a": "y"}], [""])


def test_a_kind_that_the_rules_conclude_is_no_disagreement() -> None:
    outcome, differ = weighed(taken({"kind": None}), taken({"kind": "insurance"}, without=("/kind",)))
    assert (outcome.fields, differ) == ({"kind": "insurance"}, [])
