"""The folders and files that tests read."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
DATA = ROOT / "tests" / "data"
PIPELINES = ROOT / "experiments" / "pipelines"
LOGS = ROOT / "experiments" / "logs"
LOG = LOGS / "verdicts.csv"
PLANTED = str(ROOT / "tests" / "support" / "planted_experiment.py")
