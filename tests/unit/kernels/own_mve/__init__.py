"""tinygen's vector kernels, as far as no core is needed."""
