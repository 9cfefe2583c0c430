"""Programs that the simulated daemon starts by path, in a bare interpreter; nothing imports them."""
