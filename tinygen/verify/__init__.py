"""What a device must compute: inputs to send, and the oracle's outputs for them."""
