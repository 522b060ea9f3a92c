"""Quantities in bits: entropy, mutual information, capacity, contraction, orders of channels, partitions.

Each is one pure function of one law or channel. Start with `measures`; `channel_capacity`, `contraction_coefficients`
and `signal_efficiency` are the next most used.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
