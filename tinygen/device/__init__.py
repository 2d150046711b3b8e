"""Stage `run`: talk to firmware on a board or an emulator, and measure it."""
