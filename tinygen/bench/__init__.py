"""Measure models, cores and kernel libraries side by side."""
