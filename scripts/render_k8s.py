#!/usr/bin/env python3
"""Render what Kubernetes takes without kustomize: k8s/all.yaml, the overlay demo; and k8s/monitoring/rules.yaml from prometheus-alerts.yml.

scripts/render_k8s.py            writes them
scripts/render_k8s.py --check    only says whether they are in step; status 1 when not
"""

import shutil
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
HEAD = "# Written by scripts/render_k8s.py from {source}.\n"
USE = """#   kubectl apply -f k8s/all.yaml
#   kubectl -n doctray wait --for=condition=available --timeout=5m deployment --all
#   kubectl -n doctray exec deploy/doctray-api -- cat /data/secrets/API_KEY
#   kubectl -n doctray port-forward deploy/doctray-api 8000
# The images doctray-api:0.1.0 and doctray-worker:0.1.0 are to be built and loaded first (docs/deployment.md).
"""


def built(folder: Path) -> str:
    """The manifests of a kustomization as one text. Raises SystemExit where kubectl is not installed."""
    kubectl = shutil.which("kubectl", path=Path(sys.executable).parent) or shutil.which("kubectl")
    if kubectl is None:
        raise SystemExit("render_k8s: kubectl is not installed; it comes with the extra dev")
    return subprocess.run([kubectl, "kustomize", str(folder)], capture_output=True, text=True, check=True).stdout


def rules() -> str:
    groups = yaml.safe_load((ROOT / "prometheus-alerts.yml").read_text())["groups"]
    resource = {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {"name": "doctray"},
        "spec": {"groups": groups},
    }
    return yaml.safe_dump(resource, sort_keys=False, width=200, allow_unicode=True)


def main() -> int:
    wanted = {
        ROOT / "k8s" / "monitoring" / "rules.yaml": HEAD.format(source="prometheus-alerts.yml") + rules(),
        ROOT / "k8s" / "all.yaml": HEAD.format(source="k8s/overlays/demo") + USE + built(ROOT / "k8s" / "overlays" / "demo"),
    }
    if "--check" in sys.argv[1:]:
        stale = [str(path.relative_to(ROOT)) for path, text in wanted.items() if not path.exists() or path.read_text() != text]
        if stale:
            print(f"not in step: {', '.join(stale)}; run scripts/render_k8s.py", file=sys.stderr)
        return 1 if stale else 0
    for path, text in wanted.items():
        path.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
