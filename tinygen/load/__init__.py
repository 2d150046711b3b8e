"""Stages `load` and `graph`: a model file to a verified `Graph`."""
