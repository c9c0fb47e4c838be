"""Where the processes of one machine leave their counts for each other (docs/operations.md)."""

import shutil
from pathlib import Path

#: Read once, when prometheus_client is first imported: whoever imports config.metrics before it is set counts alone.
DIRECTORY = "PROMETHEUS_MULTIPROC_DIR"


def make_folder(data_dir: Path) -> Path:
    """An empty folder: what is counted is of this run only."""
    counts = data_dir / "metrics"
    shutil.rmtree(counts, ignore_errors=True)
    counts.mkdir(mode=0o700)
    return counts
