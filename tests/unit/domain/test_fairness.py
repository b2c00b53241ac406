"""Sharing places among receivers."""

import pytest

from doctray.domain.fairness import fair_share, target_of


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://Receiver.example/Hook?Token=A", "https://receiver.example"),
        ("https://receiver.example:8443/hook", "https://receiver.example:8443"),
        ("http://receiver.example?x=/y", "http://receiver.example"),
        ("http://receiver.example#x", "http://receiver.example"),
        ("http://receiver.example", "http://receiver.example"),
        ("http://[::1]:80/x", "http://[::1]:80"),
        ("Not A URL", "not a url"),
        ("", ""),
    ],
)
def test_a_target_is_scheme_host_and_port(url: str, target: str) -> None:
    assert target_of(url) == target


def share(*urls: str, limit: int = 10, per_target: int = 2, **busy: int) -> list[int]:
    under_way = {f"http://{name}": count for name, count in busy.items()}
    waiting = [(number, f"http://{url}/hook/{number}") for number, url in enumerate(urls)]
    return fair_share(waiting, limit=limit, per_target=per_target, busy=under_way)


def test_the_oldest_go_first_up_to_the_limit() -> None:
    assert share("a", "b", "c", limit=2) == [0, 1]


def test_nobody_has_more_than_his_share() -> None:
    assert share("a", "a", "a", "b", "a") == [0, 1, 3]


def test_what_is_under_way_counts() -> None:
    assert share("a", "a", "b", a=1) == [0, 2]
    assert share("a", "b", a=2, b=5) == []
