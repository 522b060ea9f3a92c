"""Laws from other people's formats: numpyro programs, BIF files, dit distributions.

`numpyro_enumeration` makes a discrete program an exact law, `bif_reader` reads a published Bayesian network.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
