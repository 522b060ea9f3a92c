"""The folders that tests read."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
DATA = ROOT / "tests" / "data"
PIPELINES = ROOT / "experiments" / "pipelines"
LOGS = ROOT / "experiments" / "logs"
