"""The floors of the house, lowest first: a module imports only from floors below its own."""

import ast

FLOORS = tuple(
    set(line.split())
    for line in """
        numerics notation files independences rationals spelling graphs
        distributions assumptions reduction parameters variates
        channels check programs tables sites bridges bif_grammar
        families networks enumeration gaussian_laws shannon polymatroids resampling
        measures gaussians coefficients capacities orders exact absorption risks texts links fano bif_files
        multivariate renyi fixed_input cases chains witnesses descent meeting loop diversity enclosures exact_resampling
        rational_gaussians grids mechanisms mechanism_runs lattice
        expressions parts efficiencies games
        schedules counts pairings wordgames mastermind
        bayes generalisation policies verdicts flows linear_flow binary_worlds verdict_logs verdict_codes
        perceptrons posteriors races switching goodhart collecting
        effects
        models
        claim
        certification screening goals
        refutation
        proving
        claims
        chapters
        ledger
        report configs sweeps figures launching wordlists nodes
        node_tables
        pipelines
        store pipeline_files openings bits log_files
        study ceilings cautions readings
        uses
        numbers
        qualities
        auditing log_auditing
        pages bits_texts bits_figures log_texts log_figures
        audit_texts folding
        routes sheets merging
        diagrams
        drawings
        results audit_pages log_pages
        cli
        __main__
    """.strip().splitlines()
)


def floor_of(module: str) -> int:
    """The floor of `numerics` or `claims.games`; ValueError where the table lacks it."""
    found = [k for k, rooms in enumerate(FLOORS) if module.split(".")[0] in rooms]
    if len(found) != 1:
        raise ValueError(f"{module} stands on {len(found)} floors of tests/floors.py: give it one")
    return found[0]


def imports(source: str) -> list[str]:
    """The modules of infoloop that the source imports, inside functions too."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names if alias.name.split(".")[0] == "infoloop"]
        elif isinstance(node, ast.ImportFrom) and (node.level or (node.module or "").split(".")[0] == "infoloop"):
            inside = (node.module or "").removeprefix("infoloop").lstrip(".")
            found += [f"infoloop.{inside or alias.name}" for alias in node.names]
    return [name.removeprefix("infoloop").lstrip(".") for name in found]


def climbs(source: str, floor: int) -> list[str]:
    """The imports of a module on this floor that are not from below it."""
    return [name for name in dict.fromkeys(imports(source)) if name and floor_of(name) >= floor]
