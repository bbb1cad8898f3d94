"""The descriptions of the API that tests know: this project's, and the service's own where they lie beside it."""

from pathlib import Path

_ROOT = Path(__file__).parent.parents[1]
_FOLDER = _ROOT.parent / "shared" / "spec"

OURS = _ROOT / "docs" / "openapi.yaml"
OFFICIAL = sorted(_FOLDER.glob("ai-tools-*.yaml"))

LEFT_OUT = "" if OFFICIAL else "left out: tests of the service's own descriptions, which are not in ../shared/spec"
"""What a run without the service's own descriptions has to say."""
