"""Our own fast kernels, one file an op type; the C is in ``firmware/``."""
