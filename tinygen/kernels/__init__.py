"""Kernels faster than the portable ones: CMSIS-NN's (``cmsis_nn``) and ours (``own``)."""
