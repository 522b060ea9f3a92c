"""Rational laws, real numbers as balls, and comparisons that floats do not decide.

`rational_laws` has laws with fractions, `log_sums` sums of logarithms with a decided sign, which their entropies are,
`real_balls` wraps ball arithmetic, `comparison` says which of two exact sides is the greater. Start with
`rational_laws`.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
