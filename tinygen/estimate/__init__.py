"""Stage `estimate`: executed blocks of code to cycles of a core; never a measurement."""
