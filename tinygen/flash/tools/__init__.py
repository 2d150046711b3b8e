"""One file a tool: how to find its probe, run it, and read what it says."""
