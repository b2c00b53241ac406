"""The instruments: their names keep to the rules, and a worker can show them on its own port."""

import re
import urllib.request

from prometheus_client import REGISTRY

from doctray.telemetry import metrics

OLD_NAMES = ("memory_usage_percent", "cache_hit_rate")


def test_names_have_our_prefix_and_base_units_and_no_ids_as_labels() -> None:
    ours = [found for found in REGISTRY.collect() if found.name.startswith("doctray_")]
    assert len(ours) > 15
    for found in ours:
        assert re.fullmatch(r"doctray_[a-z_]+", found.name)
        assert not re.search(r"_(ms|milliseconds|minutes|minute|kb|mb|percent)(_|$)", found.name), found.name
        for sample in found.samples:
            assert not {"request_id", "url", "owner", "file_name", "key"} & set(sample.labels), found.name


def test_old_names_are_still_there() -> None:
    shown = metrics.render()[0].decode()
    for name in OLD_NAMES:
        assert re.search(rf"^{name} ", shown, re.MULTILINE)


def test_cache_hit_rate_is_the_share_of_hits() -> None:
    before = dict(metrics._lookups)
    metrics.count_cache_lookup(hit=True)
    metrics.count_cache_lookup(hit=False)
    metrics.count_cache_lookup(hit=True)
    hits, total = before["hit"] + 2, sum(before.values()) + 3
    assert REGISTRY.get_sample_value("cache_hit_rate") == hits / total


def test_a_worker_shows_its_instruments_on_loopback_until_closed() -> None:
    port, close = metrics.serve_worker_metrics(0)
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
            assert b"doctray_jobs_finished" in answer.read()
    finally:
        close()
