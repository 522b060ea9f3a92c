"""Which public functions are compared on two devices: exports and those of four packages, but for some, with why."""

import inspect
from collections.abc import Iterable, Mapping
from importlib import import_module
from pkgutil import walk_packages

import infoloop
from tests.benchmarks.devices import learner_cases, loop_cases, measure_cases, measured_learner_cases, model_cases
from tests.benchmarks.devices.two_devices import Case
from tests.support.jax_exports import HOST

PACKAGES = ("information", "loops", "models", "learners")
COMPARED_ON_HOST = {"every_efficiency"}  # an export that may not be traced, and computes on a device

# why a public function of the packages is not compared -> its places
NOT_COMPARED = {
    "a part of a measure or a loop that is compared": (
        "information.banded_channels.diagonals",
        "information.banded_channels.shifted",
        "information.chain_informations.later_informations",
        "information.log_ratios.artanh",
        "information.log_ratios.artanh_rest",
        "information.log_ratios.doublings",
        "information.log_ratios.log_of_ratio",
        "information.log_ratios.natural_log",
        "information.stacked_tables.all_near",
        "information.stacked_tables.informations",
        "information.table_measures.entropy_of_table",
        "loops.binomial_resampling.pmf_by_means",
        "loops.binomial_resampling.stirling_errors",
    ),
    "only checks or relabels what it is given": (
        "information.memory_limits.check_memory",
        "information.memory_limits.device_memory",
        "information.measures.check_joint",
        "information.partition_lattice.labelling",
        "loops.generation.num_items",
    ),
    "counts and compares whole numbers in NumPy": (
        "information.partition_lattice.partitions",
        "loops.ngram_statistics.code",
        "loops.ngram_statistics.digits",
        "loops.ngram_statistics.estimates",
        "loops.ngram_statistics.refit_counts",
        "loops.ngram_statistics.statistics",
    ),
    "computes with Python's floats": (
        "information.fano.needed_bits",
        "information.fano.rounds_needed",
        "learners.readout_information.least_information",
        "models.smoothed.contraction_limit",
    ),
    "solves a linear program in SciPy": ("information.blackwell_order.is_garbling",),
    "reads tables of runs that are over (xarray)": (
        "learners.ladder_arms.arms_of_map",
        "learners.ladder_arms.at_accuracy",
        "learners.ladder_arms.first_cells",
        "learners.ladder_arms.paired_by_seed",
        "learners.ladder_measures.at_level",
        "learners.ladder_measures.held_out_within",
        "learners.ladder_measures.spent",
        "learners.ladder_predictions.measured_and_predicted",
    ),
    "gives the smallest examples of the module": tuple(
        f"models.{name}.examples"
        for name in (
            "anchored",
            "branching",
            "cascade",
            "gaussian_mean",
            "gaussian_refit",
            "markov_text",
            "mixing",
            "regression",
            "smoothed",
            "urn",
            "wright_fisher",
        )
    ),
}


def cases() -> dict[str, Case]:
    """Return all cases, by the places of the functions."""
    parts = (measure_cases, loop_cases, model_cases, learner_cases, measured_learner_cases)
    return {name: case for part in parts for name, case in part.cases().items()}


def public_functions() -> set[str]:
    """Return the places of the functions of the packages, and of the exports that are not for the host alone."""
    found = set()
    for package in PACKAGES:
        folder = import_module(f"infoloop.{package}").__path__
        for info in walk_packages(folder, f"infoloop.{package}."):
            module = import_module(info.name)
            own = inspect.getmembers(module, lambda x, name=info.name: getattr(x, "__module__", "") == name)
            found |= {measure_cases.place(x) for name, x in own if _is_function(x) and not name.startswith("_")}
    exports = [getattr(infoloop, name) for name in dir(infoloop) if name not in HOST or name in COMPARED_ON_HOST]
    return found | {measure_cases.place(x) for x in exports if _is_function(x)}


def _is_function(x: object) -> bool:
    """Return whether it is one, one of JAX with a rule of its own for slopes included."""
    return callable(x) and not inspect.isclass(x) and hasattr(x, "__name__")


def left_out(compared: Iterable[str], functions: Iterable[str], reasons: Mapping[str, Iterable[str]]) -> list[str]:
    """Return what is neither compared nor has a reason, what is or has both, and what is no such function."""
    named = [*compared, *(name for names in reasons.values() for name in names)]
    return sorted({name for name in {*functions, *named} if named.count(name) != 1 or name not in set(functions)})
