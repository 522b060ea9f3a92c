from . import coupon_collection as coupon_collection
from . import garblings as garblings
from . import generalisation_bounds as generalisation_bounds
from . import signal_split as signal_split
