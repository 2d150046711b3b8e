"""Generated calls into Arm's CMSIS-NN, one file an op type."""
