"""CMSIS packs: descriptions of devices, and sources, by the real pack manager."""
