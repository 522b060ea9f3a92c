from . import coupon_collection as coupon_collection
from . import garblings as garblings
from . import generalisation_bounds as generalisation_bounds
from . import plug_in_estimates as plug_in_estimates
from . import signal_split as signal_split
