"""The worker: takes up portions of dispatches on this machine, for as long as it is left to run."""
