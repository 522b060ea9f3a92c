"""An audit of rollouts as text for the terminal, in 100 columns, the decision first; and as tables for a page."""

from __future__ import annotations

import math

from infoloop.reporting.suggestions import cut_text, escape_unprintable
from infoloop.reporting.text import count_noun, plain_text, text_table
from infoloop.verdict_logs.groups.dead_groups import DeadWindow
from infoloop.verdict_logs.groups.problem_choice import DROP_FAILED, DROP_PASSED, EDGE, KEEP, UNDECIDED
from infoloop.verdict_logs.groups.reward_components import ComponentShares, RewardComponents
from infoloop.verdict_logs.groups.run_comparison import RunComparison
from infoloop.verdict_logs.groups.verifier_errors import ErrorRate
from infoloop.verdict_logs.groups.within_groups import IntervalEstimate
from infoloop.verdict_logs.rollout_audit import RolloutAudit, VerdictAudit, VerifierAudit
from infoloop.verdict_logs.text import BOUNDS_ON_NEXT_LOG, BOUNDS_ON_THIS_LOG, WHY, log_tables

MOST_LEFT_OUT = 8  # lines on what was left out
TextRow = tuple[str, ...]
TextTable = tuple[str, TextRow, list[TextRow]]


def rollout_audit_text(found: RolloutAudit, compared: RunComparison | None = None) -> str:
    """Return the whole audit as text; the first three lines are the decision.

    Args:
        found: The audit.
        compared: What changed since an earlier run; None for a run alone.
    """
    parts = [*decision(found), "", text_table(audit_lines(found), indent=0), ""]
    for title, heads, rows in [*audit_tables(found), *([comparison_table(compared)] if compared else [])]:
        parts += [title, text_table(rows, heads), ""]
    return plain_text(*parts, *([WHY] if found.verdicts else []))


def decision(found: RolloutAudit) -> tuple[str, str, str]:
    """Return three lines: what share of rollouts carries no gradient, why, and which problems to drop."""
    whole, groups = found.dead.whole, len(found.table.size)
    about = f"{escape_unprintable(found.file)}: {count_noun(found.rollouts, 'rollout')}"
    if not whole.rollouts:
        first = f"ONE ROLLOUT A GROUP, SO NO GROUP-RELATIVE ADVANTAGE   {about}"
        return first, "give several rollouts of each problem to be told of dead groups", _choice(found.verdicts)
    kinds = {number.kind for number in found.table.measured}
    trained = found.table.has_steps or bool(kinds & {"advantage", "reward"})
    carry = "CARRY" if trained else "WOULD CARRY"  # an evaluation trains nothing
    share = f"{100 * whole.share:.0f} % OF ROLLOUTS {carry} NO GRADIENT"
    named = f"{about} in {count_noun(groups, 'group')}, {count_noun(len(found.table.problems), 'problem')}"
    return f"{share}   {named}", _dead(found), _choice(found.verdicts)


def _dead(found: RolloutAudit) -> str:
    whole, trend = found.dead.whole, found.dead.trend
    dead = whole.all_fail + whole.all_pass + whole.equal
    parts = [f"{part:,} {name}" for part, name in _dead_parts(whole) if part]
    kinds = f" ({', '.join(parts)})" if parts else ""
    what = "verdict" if found.dead.number.kind == "verdict" else "reward"
    said = f"{dead:,} of {whole.rollouts:,} rollouts are in groups whose {what}s are all equal{kinds}"
    if trend is None:
        return said
    ends = f"{100 * trend.change:+.0f} points over the run"
    return f"{said}; {trend.direction}" + (f", {ends}" if trend.direction != "no trend" else " over steps")


def _dead_parts(window: DeadWindow) -> tuple[tuple[int, str], ...]:
    return (window.all_fail, "all fail"), (window.all_pass, "all pass"), (window.equal, "equal")


def _choice(verdicts: VerdictAudit | None) -> str:
    if verdicts is None:
        return (
            "no verdicts, so no pass rates: give --threshold, or --columns pass=NAME, to be told which problems to drop"
        )
    choice = verdicts.choice
    if choice is None:
        return "no problem can be dropped or kept: one attempt each tells no pass rate"
    failed, passed = choice.count(DROP_FAILED), choice.count(DROP_PASSED)
    more = choice.count(EDGE) + choice.count(UNDECIDED)
    since = "" if verdicts.since is None else f" from step {verdicts.since:,} on"
    kept = f"keep {choice.count(KEEP):,}; sample {more:,} more often"
    if not failed + passed:
        most = int(choice.attempts[choice.choice == UNDECIDED].max(initial=0))
        there = f", at most {most:,} are there" if most else ""
        return f"drop no problem: that takes {choice.needed:,} attempts of one verdict{there}{since}; {kept}"
    saves = f"saves {choice.saved:,} rollouts ({100 * choice.saved_share:.0f} %)"
    dropped = f"drop {failed + passed:,} problems ({failed:,} never pass, {passed:,} always), {saves}{since}"
    return f"{dropped}; {kept}"


def audit_lines(found: RolloutAudit) -> list[tuple[str, str]]:
    """Return the first screen as (name, text)."""
    lines = [
        ("read as", found.said.removeprefix("read as ")),
        ("confidence", f"{100 * found.confidence:.6g} %, for each interval"),
    ]
    whole = found.dead.whole
    if whole.rollouts:
        lines.append(("dead share", f"{_percent(whole.share, whole.low, whole.high)} of such groups to come, exact"))
    if found.verdicts:
        lines += _verdict_lines(found.verdicts)
    if found.components and not math.isnan(found.components.phantom.value):
        lines += [("phantom", f"{_shown(found.components.phantom)} of the squared advantage is in all-fail groups")]
    if found.components and len(found.components.components) > 1:
        lines += [(f"follows {_name(one.name)}", _component(one)) for one in found.components.components[:3]]
    if found.verifiers:
        lines += _verifier_lines(found.verifiers)
    left_out = [*found.left_out, *(line.replace("left out", "seen", 1) for line in found.remarks)]
    lines += [("note", escape_unprintable(cut_text(line, 200))) for line in left_out[:MOST_LEFT_OUT]]
    if len(left_out) > MOST_LEFT_OUT:
        lines.append(("note", f"and {len(left_out) - MOST_LEFT_OUT:,} more reasons: see --json"))
    return lines


def _verdict_lines(found: VerdictAudit) -> list[tuple[str, str]]:
    bits, n, size, choice = found.bits, found.bits.verdicts, found.size, found.choice
    rate, low, high = bits.rate
    lines = [("pass rate", f"{rate:.4f}, from {low:.4f} to {high:.4f}")]
    if found.drift.found:
        halves = found.drift.early, found.drift.late
        moved = "" if math.isnan(sum(halves)) else f", {halves[0]:.3f} early and {halves[1]:.3f} late"
        why = f"one pass rate a problem is refused (p = {found.drift.p_value:.3g}){moved}: bits are by group and window"
        lines.append(("drift", why))
    else:
        most = bits.most_again
        again = f"about {bits.estimates[1] / n:.3f} bits a rollout, at most {most.bits / n:.3f}: {most.name}"
        lines.append(("bits", again))
    if choice and choice.count(DROP_FAILED) + choice.count(DROP_PASSED):
        lost = f"at most {choice.lost_groups:.2f} live groups and {choice.lost_bits:.2f} bits"
        lines.append(("dropping loses", f"{lost}, of one group of {choice.size} at each dropped problem; exact bound"))
    if size:
        ends = f"{_size(size.low)} to {_size(size.high)}"
        how = "extrapolated" if size.extrapolated else "within the attempts"
        lines.append(("group size", f"{_size(size.size)} for {100 * size.wanted:.0f} % live groups ({ends}), {how}"))
    return lines


def _verifier_lines(found: VerifierAudit) -> list[tuple[str, str]]:
    if found.errors:
        e = found.errors
        rates = f"false positives {_shown(e.false_positive)}, false negatives {_shown(e.false_negative)}"
        sign = f"J within groups {_shown(e.youden_within)}: the sign of the update is {_SIGNS[e.update]}"
        return [("verifier", f"{_name(e.verifier)} by {_name(e.trusted)}: {rates}"), ("update", sign)]
    if found.panel:
        return [("verifiers", f"three: {found.panel.reason}")]
    if found.pair:
        first, second = (_name(name) for name in found.pair.verifiers)
        return [("verifiers", f"{first} and {second}: {found.pair.reason}; or name a --trusted one")]
    return []


_SIGNS = {"keeps": "kept", "reverses": "reversed", "undecided": "undecided"}


def _component(one: ComponentShares) -> str:
    share = f"{_shown(one.advantage)} of the advantage's variance"
    return f"{share}, correlation with being right {_shown(one.association)}: {one.reading}"


def audit_tables(found: RolloutAudit) -> list[TextTable]:
    """Return title, headers and rows of texts: windows of steps, pass@k, components, errors, answers."""
    tables = []
    if len(found.dead.windows) > 1:
        tables.append(_windows(found))
    if found.verdicts:
        tables += [_passes(found.verdicts), *_ceilings(found.verdicts)]
    if found.components and len(found.components.components) > 1:
        tables.append(_components(found.components))
    if found.verifiers:
        tables += _rates(found.verifiers)
    return tables


def _windows(found: RolloutAudit) -> TextTable:
    bits = {(w.first, w.last): w for w in found.verdicts.windows} if found.verdicts else {}
    answers = {(w.first, w.last): w for w in found.answers}
    heads = ("steps", "rollouts", "dead", "all fail", "all pass", "pass rate", "bits", "at most", "answers, bits")
    rows = []
    for window in found.dead.windows:
        at = window.first, window.last
        b, a, n = bits.get(at), answers.get(at), max(window.rollouts, 1)
        rows.append((
            f"{at[0]:,} to {at[1]:,}" if at[0] != at[1] else f"{at[0]:,}", f"{window.rollouts:,}",
            f"{100 * window.share:.0f} %", f"{100 * window.all_fail / n:.0f} %", f"{100 * window.all_pass / n:.0f} %",
            f"{b.rate:.3f}" if b else "-", f"{b.miller_madow / b.verdicts:.3f}" if b else "-",
            f"{b.again / b.verdicts:.3f}" if b else "-", f"{a.miller_madow:.2f}" if a else "-",
        ))  # fmt: skip
    return "by window of steps; bits a rollout, told by as many verdicts again", heads, rows


def _passes(found: VerdictAudit) -> TextTable:
    rows: list[TextRow] = [
        (f"{k:,}", f"{p:.4f}", f"{low:.4f} to {high:.4f}", "exact interval") for k, p, low, high in found.bits.pass_at
    ]
    since = "" if found.since is None else f", from step {found.since:,} on"
    for value in found.tail.values if found.tail else ():
        ends = f"{value.low:.4f} to {value.high:.4f}"
        rows.append((f"{value.k:,}", f"{value.estimate:.4f}", ends, f"extrapolated{since}"))
    held = found.tail.held_out if found.tail else None
    if held:
        said = f"foretold {held.foretold:.4f} from {held.fitted} attempts, counted"
        rows.append((f"{held.k:,}", f"{held.counted:.4f}", f"{held.low:.4f} to {held.high:.4f}", said))
    title = "pass@k in the mean over problems; extrapolated by a Beta law of rates, with approximate intervals"
    return title, ("k", "pass@k", "interval", ""), rows


def _ceilings(found: VerdictAudit) -> list[TextTable]:
    """Return what the log told at most, and what as many verdicts again tell, unless one rate a problem is refused."""
    told, again = (table for table in log_tables(found.bits) if table[0] in (BOUNDS_ON_THIS_LOG, BOUNDS_ON_NEXT_LOG))
    return [told] if found.drift.found else [told, again]


def _components(found: RewardComponents) -> TextTable:
    rows: list[TextRow] = [
        (_name(one.name), _shown(one.advantage), _shown(one.variance), _shown(one.association), _shown(one.phantom),
         _shown(one.bits.bits), one.reading)
        for one in found.components
    ]  # fmt: skip
    heads = ("component", "of advantage", "of variance", "with right", "phantom", "bits", "")
    return "components of the reward; approximate intervals over groups", heads, rows


def _rates(found: VerifierAudit) -> list[TextTable]:
    heads = ("verifier", "false positives", "false negatives", "")
    rows: list[TextRow]
    if found.panel:
        p = found.panel
        each = zip(p.verifiers, p.false_positive, p.false_negative, strict=True)
        rows = [(_name(name), _shown(a), _shown(b), "") for name, a, b in each]
        return [("errors of three verifiers that err independently given the truth", heads, rows)]
    if found.pair and found.pair.compatible:
        bounds = zip(found.pair.verifiers, found.pair.false_positive, found.pair.false_negative, strict=True)
        rows = [(_name(name), f"at most {a.high:.3f}", f"at most {b.high:.3f}", "") for name, a, b in bounds]
        return [("errors of two verifiers that err independently given the truth: bounds", heads, rows)]
    if found.drift:
        rows = [
            (f"{w.first:,} to {w.last:,}", _shown(w.false_positive), _shown(w.false_negative), f"{w.judged:,} judged")
            for w in found.drift.windows
        ]
        return [("errors by window of steps; exact intervals", ("steps", *heads[1:]), rows)]
    return []


def comparison_table(compared: RunComparison) -> TextTable:
    """Return title, headers and rows of what changed since an earlier run.

    Args:
        compared: The comparison, the earlier run first.
    """
    rows: list[TextRow] = [
        (_name(one.name), f"{one.first:.3f}", f"{one.second:.3f}", _shown(one.difference), f"{one.up:,} / {one.down:,}",
         "changed" if one.beyond_noise else "within noise")
        for one in compared.quantities
    ]  # fmt: skip
    title = f"since the earlier run, on {count_noun(compared.common, 'common problem')}; tests hold together"
    return title, ("", "before", "now", "difference", "up / down", ""), rows


def _name(name: str) -> str:
    return escape_unprintable(cut_text(name, 24))


def _size(size: int | None) -> str:
    return "more than any looked at" if size is None else f"{size:,}"


def _percent(value: float, low: float, high: float) -> str:
    return f"{100 * value:.0f} %, from {100 * low:.0f} to {100 * high:.0f} %"


def _shown(found: IntervalEstimate | ErrorRate) -> str:
    """Return a number with its interval; a dash for what the log does not tell."""
    if math.isnan(found.value):
        return "-"
    return f"{found.value:.2f} [{found.low:.2f}, {found.high:.2f}]"
