"""Stage `optimize`: rewrites that save work and memory and change no output bit."""
