from . import cluster as cluster
from . import configuration as configuration
from . import discovery as discovery
from . import page as page
from . import presentation as presentation
from . import run_store as run_store
from . import runner as runner
from . import sweep as sweep
