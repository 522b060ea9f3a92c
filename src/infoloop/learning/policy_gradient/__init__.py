r"""The policy-gradient update of one question, exactly: its mean and covariance over all groups of G outputs.

Start with `advantage_rules` (GRPO and its kin), `reward_kinds` (what a rule sees of an output), `exact_updates`; the
same by sampling is in `sampled_updates` and `sampled_terms`. A policy is any differentiable map from parameters to
the logits of all outputs.

$U=\frac1G\sum_iA_ig_i$, with scores $g_y=\nabla\ln\pi(y)$. The advantage of an output hangs on the kinds in its group
alone, so that for kinds k with counts c
$$E\,U=\sum_kW_k\mu_k,\quad\mathrm{Cov}\,U=\sum_kQ_kV_k+\mu^T(R-WW^T)\mu,$$
with $W_k=E[c_ka_k]/G$, $Q_k=E[c_ka_k^2]/G^2$, $R_{kl}=E[c_kc_la_ka_l]/G^2$ over multisets of kinds
(`verdict_groups`), and the means $\mu_k=E[g\mid k]$ and covariances $V_k$ of the scores by kind (`score_statistics`).
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
