"""Ground floor: the values of the trade. Pure; standard library only; no I/O, no clock, no randomness."""
