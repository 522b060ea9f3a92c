"""An audit of rollouts as text for the terminal, in 100 columns, the decision first; and as tables for a page."""

from __future__ import annotations

import math

from infoloop.reporting.suggestions import cut_text, escape_unprintable
from infoloop.reporting.text import count_noun, plain_text, text_table
from infoloop.verdict_logs.comparison_text import comparison_table
from infoloop.verdict_logs.decision import decision_lines, is_training
from infoloop.verdict_logs.groups.group_sizes import GroupSize
from infoloop.verdict_logs.groups.reward_components import ComponentShares, RewardComponents
from infoloop.verdict_logs.groups.run_comparison import RunComparison
from infoloop.verdict_logs.groups.verifier_agreement import VerifierAgreement
from infoloop.verdict_logs.groups.verifier_errors import VerifierErrors
from infoloop.verdict_logs.interval_text import LONGEST_NAME, short_name, with_interval
from infoloop.verdict_logs.problem_text import problem_lines
from infoloop.verdict_logs.rollout_audit import RolloutAudit
from infoloop.verdict_logs.text import WHY, TextRow, TextTable, again_table, told_table
from infoloop.verdict_logs.verdict_audit import VerdictAudit
from infoloop.verdict_logs.verifier_audit import VerifierAudit

MOST_LEFT_OUT = 8  # lines on what was left out
_SIGNS = {"keeps": "kept", "reverses": "reversed", "undecided": "undecided"}


def rollout_audit_text(found: RolloutAudit, compared: RunComparison | None = None) -> str:
    """Return the whole audit as text; the first three lines are the decision.

    Args:
        found: The audit.
        compared: What changed since an earlier run; None for a run alone.
    """
    parts = [*decision_lines(found), "", text_table(audit_lines(found), indent=0), ""]
    for title, heads, rows in [*audit_tables(found), *([comparison_table(compared)] if compared else [])]:
        parts += [title, text_table(rows, heads), ""]
    return plain_text(*parts, *([WHY] if found.verdicts else []))


def audit_lines(found: RolloutAudit, longest: int = LONGEST_NAME) -> list[tuple[str, str]]:
    """Return the first screen as (name, text).

    Args:
        found: The audit.
        longest: Characters of a component's or verifier's name; a longer one is cut in the middle.
    """
    lines = [
        ("log", log_name(found, longest)),
        ("read as", found.said.removeprefix("read as ")),
        ("right", escape_unprintable(found.right) or f"nothing says which answers are: {found.option}"),
        ("confidence", f"{100 * found.confidence:.6g} %, for each interval"),
    ]
    whole = found.dead.whole
    if whole.rollouts:
        lines.append(("dead groups", _dead(found)))
        lines += _dead_share(found)
        lines += [("baseline", found.dead.remark)] if found.dead.remark else []
    if found.verdicts:
        lines += _verdict_lines(found.verdicts)
    if found.verdicts and found.verdicts.size and not found.dead.other_baseline:
        lines.append(("group size", _group_size(found.verdicts.size, found.dead.by_verdict)))
    if found.components and not math.isnan(found.components.phantom.value):
        lines += [
            (
                "phantom",
                f"{with_interval(found.components.phantom)} of the squared advantage is in all-fail groups",
            )
        ]
    if found.components and len(found.components.components) > 1:
        lines += [("advantage", found.components.remark)] if found.components.remark else []
        lines += [
            (f"follows {short_name(one.name, longest)}", _component(one)) for one in found.components.components[:3]
        ]
    if found.verifiers:
        lines += _verifier_lines(found.verifiers, longest)
    left_out = [*found.left_out, *found.remarks]
    lines += [("note", cut_text(line, 200)) for line in left_out[:MOST_LEFT_OUT]]
    if len(left_out) > MOST_LEFT_OUT:
        lines.append(("note", f"and {len(left_out) - MOST_LEFT_OUT:,} more reasons: see --json"))
    return lines


def _dead_share(found: RolloutAudit) -> list[tuple[str, str]]:
    """Return the share with its interval: of the last window where it moves."""
    whole, trend, last = found.dead.whole, found.dead.trend, found.dead.windows[-1]
    if trend is None or trend.direction == "no trend":
        expected = "expected of such groups at these problems; exact"
        return [("dead share", f"{_percent(whole.share, whole.low, whole.high)} {expected}")]
    steps = f"step {last.first:,}" if last.first == last.last else f"steps {last.first:,} to {last.last:,}"
    said = f"{100 * whole.share:.0f} % in the whole run; it {trend.direction}"
    if not last.rollouts:
        return [("dead share", said)]
    recent = f"last window, {steps}: {_percent(last.share, last.low, last.high)} expected at these problems; exact"
    return [("dead share", f"{said}; {recent}")]


def log_name(found: RolloutAudit, longest: int = LONGEST_NAME) -> str:
    """Return the name of a log, and how many rollouts, groups and problems it has.

    Args:
        found: The audit.
        longest: Characters of the file's name; a longer one is cut in the middle.
    """
    groups, problems = count_noun(len(found.table.size), "group"), count_noun(len(found.table.problems), "problem")
    return f"{short_name(found.file, longest)}: {count_noun(found.rollouts, 'rollout')} in {groups}, {problems}"


def _dead(found: RolloutAudit) -> str:
    whole = found.dead.whole
    parts = (whole.all_fail, "all fail"), (whole.all_pass, "all pass"), (whole.equal, "equal, of no one verdict")
    kinds = ", ".join(f"{part:,} {name}" for part, name in parts if part)
    kind = found.dead.number.kind
    what = {"verdict": "equal verdicts", "advantage": "advantage 0"}.get(kind, "equal rewards")
    said = f"{sum(part for part, _ in parts):,} of {whole.rollouts:,} rollouts are in groups of {what}"
    return f"{said}{f': {kinds}' if kinds else ''}{' (frac_reward_zero_std in TRL)' if is_training(found) else ''}"


def _verdict_lines(found: VerdictAudit) -> list[tuple[str, str]]:
    bits, n, choice = found.bits, found.bits.verdicts, found.choice
    rate, low, high = bits.rate
    lines = [("pass rate", f"{rate:.4f}, from {low:.4f} to {high:.4f} at these problems")]
    if found.drift.found:
        halves = found.drift.early, found.drift.late
        moved = "" if math.isnan(sum(halves)) else f", {halves[0]:.3f} early and {halves[1]:.3f} late"
        p = f"p {'<=' if found.drift.p_value <= found.drift.least else '='} {found.drift.p_value:.3g}"
        why = f"pass rates change over the steps ({p}){moved}: bits are by group and window"
        lines.append(("drift", why))
    else:
        most = bits.most_again
        once = choice is None and not bits.estimates[1]
        about = "not told by one attempt each" if once else f"about {bits.estimates[1] / n:.3f} bits a rollout"
        again = f"{about}, at most {most.bits / n:.3f}: {most.name}"
        lines.append(("bits", again))
    return [*lines, *problem_lines(choice, found.since)] if choice else lines


def _group_size(size: GroupSize, by_verdict: bool) -> str:
    how = "extrapolated" if size.extrapolated else "within the attempts"
    if size.refused:
        ends = "no interval: counts refuse one rate a problem"
    elif size.low is None:
        ends = f"{100 * size.shares[-1].high:.0f} % at {size.shares[-1].size:,} at most"
    else:
        ends = f"{size.low:,} or more" if size.high is None else f"{size.low:,} to {size.high:,}"
    about = f"more than {size.shares[-1].size:,}" if size.size is None else f"{size.size:,}"
    live = "live groups" if by_verdict else "of groups with both right and wrong answers"
    return f"{about} for {100 * size.wanted:.6g} % {live} ({ends}), {how}"


def _verifier_lines(found: VerifierAudit, longest: int) -> list[tuple[str, str]]:
    if found.errors:
        lines = [line for one in (found.errors, *found.others) for line in _error_lines(one, longest)]
        told = {found.errors.trusted, *(one.verifier for one in (found.errors, *found.others))}
        rest = count_noun(len(set(found.names) - told), "further verifier")
        return [*lines, ("verifier", f"{rest}: errors not told")] if set(found.names) - told else lines
    if found.panel:
        names = ", ".join(short_name(name, longest) for name in found.panel.verifiers)
        return [("verifiers", f"{names}, if their errors are independent given the truth: {found.panel.reason}")]
    if found.pair:
        first, second = (short_name(name, longest) for name in found.pair.verifiers)
        independent = "if their errors are independent given the truth"
        return [("verifiers", f"{first} and {second}, {independent}: {found.pair.reason}; or name a --trusted one")]
    return _agreement(found.agreement, longest) if found.agreement else []


def _error_lines(e: VerifierErrors, longest: int) -> list[tuple[str, str]]:
    rates = f"false positives {with_interval(e.false_positive)}, false negatives {with_interval(e.false_negative)}"
    sign = f"J within groups {with_interval(e.youden_within)}: the sign of the update is {_SIGNS[e.update]}"
    return [
        ("verifier", f"{short_name(e.verifier, longest)} by {short_name(e.trusted, longest)}: {rates}"),
        ("update", sign),
    ]


def _agreement(found: VerifierAgreement, longest: int) -> list[tuple[str, str]]:
    """Return how often verifiers pass and agree; the first one's pass rate is said elsewhere."""
    first, *others = (short_name(name, longest) for name in found.verifiers)
    lines = [
        (f"verifier {name}", f"passes {with_interval(passes)}, as {first} says on {with_interval(equal)}")
        for name, passes, equal in zip(others, found.passes[1:], found.equal, strict=True)
    ]
    return [*lines, ("errors", "not told: name the verifier whose word is the truth with --trusted")]


def _component(one: ComponentShares) -> str:
    share = f"{with_interval(one.advantage)} of the advantage's variance"
    return f"{share}, correlation with being right {with_interval(one.association)}: {one.reading}"


def audit_tables(found: RolloutAudit, longest: int = LONGEST_NAME) -> list[TextTable]:
    """Return title, headers and rows of texts: windows of steps, pass@k, components, errors, answers.

    Args:
        found: The audit.
        longest: Characters of a component's or verifier's name; a longer one is cut in the middle.
    """
    tables = []
    if len(found.dead.windows) > 1:
        tables.append(_windows(found))
    if found.verdicts:
        tables += [_passes(found.verdicts), *_ceilings(found.verdicts)]
    if found.components and len(found.components.components) > 1:
        tables += _components(found.components, longest)
    if found.verifiers:
        tables += _rates(found.verifiers, longest)
    return tables


def _windows(found: RolloutAudit) -> TextTable:
    bits = {(w.first, w.last): w for w in found.verdicts.windows} if found.verdicts else {}
    answers = {(w.first, w.last): w for w in found.answers}
    heads = ("steps", "rollouts", "dead", "all fail", "all pass", "pass rate", "bits", "at most", "answers, bits")
    rows = []
    for window in found.dead.windows:
        at = window.first, window.last
        b, a = bits.get(at), answers.get(at)
        dead = f"{100 * window.share:.0f} %" if window.rollouts else "-"
        of = window.rollouts if found.verdicts else 0  # without verdicts no group is known to fail or to pass
        kinds = (f"{100 * part / of:.0f} %" if of else "-" for part in (window.all_fail, window.all_pass))
        rows.append((
            f"{at[0]:,} to {at[1]:,}" if at[0] != at[1] else f"{at[0]:,}", f"{window.rollouts:,}",
            dead, *kinds,
            f"{b.rate:.3f}" if b else "-", f"{b.miller_madow / b.verdicts:.3f}" if b else "-",
            f"{b.again / b.verdicts:.3f}" if b else "-", f"{a.miller_madow:.2f}" if a else "-",
        ))  # fmt: skip
    return "by window of steps; bits that one more verdict tells who knows the pass rates", heads, rows


def _passes(found: VerdictAudit) -> TextTable:
    since = "" if found.since is None else f", from step {found.since:,} on"
    one_group = found.choice.size if found.choice and not found.choice.assumed_size else math.inf
    pooled = f", if their rates stay{since}"  # attempts of several groups have one rate only then
    rows: list[TextRow] = [
        (f"{k:,}", f"{p:.4f}", f"{low:.4f} to {high:.4f}", f"exact, these problems{pooled if k > one_group else since}")
        for k, p, low, high in found.passes
    ]
    how = f"extrapolated, {'a bound' if found.tail and found.tail.bounds else 'approximate'}"
    for value in found.tail.values if found.tail else ():
        ends = f"{value.low:.4f} to {value.high:.4f}"
        rows.append((f"{value.k:,}", f"{value.estimate:.4f}", ends, f"{how}{since}"))
    held = found.tail.held_out if found.tail else None
    if held:
        said = f"foretold {held.foretold:.4f} from {held.fitted} attempts, counted{since}"
        rows.append((f"{held.k:,}", f"{held.counted:.4f}", f"{held.low:.4f} to {held.high:.4f}", said))
    title = "pass@k in the mean over problems; extrapolated to problems like these, by an assumed Beta law"
    return title, ("k", "pass@k", "interval", "how"), rows


def _ceilings(found: VerdictAudit) -> list[TextTable]:
    """Return what the log told at most, and what as many verdicts again tell, unless one rate a problem is refused."""
    return [told_table(found.bits), *([] if found.drift.found else [again_table(found.bits)])]


def _components(found: RewardComponents, longest: int) -> list[TextTable]:
    """Return two tables, since five intervals beside a name are wider than a terminal."""
    follows: list[TextRow] = [
        (
            short_name(one.name, longest),
            with_interval(one.advantage),
            with_interval(one.variance),
            one.reading,
        )
        for one in found.components
    ]
    right: list[TextRow] = [
        (
            short_name(one.name, longest),
            with_interval(one.association),
            with_interval(one.phantom),
            with_interval(one.bits.bits),
        )
        for one in found.components
    ]
    return [
        (
            "components of the reward: their shares; approximate intervals over groups",
            ("component", "of advantage", "of variance", "reading"),
            follows,
        ),
        (
            "components of the reward: correlation with being right, phantom share, bits about being right",
            ("component", "with right", "phantom", "bits"),
            right,
        ),
    ]


def _rates(found: VerifierAudit, longest: int) -> list[TextTable]:
    heads = ("verifier", "false positives", "false negatives")
    rows: list[TextRow]
    if found.panel:
        p = found.panel
        each = zip(p.verifiers, p.false_positive, p.false_negative, strict=True)
        rows = [(short_name(name, longest), with_interval(a), with_interval(b)) for name, a, b in each]
        return [("errors of three verifiers, if they are independent given the truth", heads, rows)]
    if found.pair and found.pair.compatible:
        bounds = zip(found.pair.verifiers, found.pair.false_positive, found.pair.false_negative, strict=True)
        rows = [(short_name(name, longest), f"at most {a.high:.3f}", f"at most {b.high:.3f}") for name, a, b in bounds]
        return [("errors of two verifiers, if they are independent given the truth: bounds", heads, rows)]
    if found.drift:
        rows = [
            (
                f"{w.first:,} to {w.last:,}",
                with_interval(w.false_positive),
                with_interval(w.false_negative),
                f"{w.judged:,}",
            )
            for w in found.drift.windows
        ]
        of = f" of {short_name(found.errors.verifier, longest)}" if found.errors and found.others else ""
        return [(f"errors{of} by window of steps; exact intervals", ("steps", *heads[1:], "judged"), rows)]
    return []


def _percent(value: float, low: float, high: float) -> str:
    return f"{100 * value:.0f} %, from {100 * low:.0f} to {100 * high:.0f} %"
