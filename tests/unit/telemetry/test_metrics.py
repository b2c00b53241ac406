"""The instruments: their names keep to the rules, and what dashboards read is there."""

import math
import re
from pathlib import Path

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
    def looked(outcome: str) -> float:
        return REGISTRY.get_sample_value("doctray_cache_lookups_total", {"outcome": outcome}) or 0.0

    hits, misses = looked("hit"), looked("miss")
    metrics.count_cache_lookup(hit=True)
    metrics.count_cache_lookup(hit=False)
    metrics.count_cache_lookup(hit=True)
    assert REGISTRY.get_sample_value("cache_hit_rate") == (hits + 2) / (hits + misses + 3)


def test_the_build_says_which_version_runs() -> None:
    metrics.set_build("1.2.3")
    assert REGISTRY.get_sample_value("doctray_build_info", {"version": "1.2.3"}) == 1


def test_a_disk_that_is_gone_shows_nan_and_spoils_no_scrape(tmp_path: Path) -> None:
    metrics.watch_disk(tmp_path)
    assert (REGISTRY.get_sample_value("doctray_disk_bytes", {"state": "free"}) or 0) > 0
    metrics.watch_disk(tmp_path / "gone")
    free = REGISTRY.get_sample_value("doctray_disk_bytes", {"state": "free"})
    assert free is not None
    assert math.isnan(free)
