"""A real Prometheus with the repository's files, but for the addresses and how often it looks."""

from collections.abc import Mapping, Sequence

import yaml

from tests.deployment.parts import ROOT, Parts, answers, program


def start_prometheus(running: Parts, targets: Mapping[str, Sequence[str]], *, listen: str) -> None:
    """Ready, and ended with the parts. targets: name of the job → addresses with ports, as `listen` has them."""
    folder = running.folder / "prometheus"
    folder.mkdir()
    config = yaml.safe_load((ROOT / "prometheus.yml").read_text())
    config["global"] = {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"}
    config["rule_files"] = [str(ROOT / "prometheus-alerts.yml")]
    del config["alerting"]
    config["scrape_configs"] = [{"job_name": name, "static_configs": [{"targets": list(addresses)}]} for name, addresses in targets.items()]
    (folder / "prometheus.yml").write_text(yaml.safe_dump(config))
    argv = [
        program("prometheus", "prometheus"),
        f"--config.file={folder}/prometheus.yml",
        f"--storage.tsdb.path={folder}/data",
        f"--web.listen-address={listen}",
        "--log.level=warn",
    ]
    running.start("prometheus", argv).until(lambda: answers(f"http://{listen}/-/ready"), what="Prometheus")
