"""Op types: one file each with its shape rule, numpy reference, cost and kernels."""
