"""The run from which the logs in `experiments/logs` were made, and the law that it was drawn from."""

import runpy

from tests.support.paths import LOGS

_MADE = runpy.run_path(str(LOGS / "made_run.py"), run_name="made_run")
PROBLEMS, STEPS, SIZE = (_MADE[name] for name in ("PROBLEMS", "STEPS", "SIZE"))
RIGHT, WEAK, REWARD = (_MADE[name] for name in ("RIGHT", "WEAK", "REWARD"))
made_run, made_evaluation = _MADE["made_run"], _MADE["made_evaluation"]
