"""Stage `tune`: measure the kernels that could compute each op, and keep the cheapest."""
