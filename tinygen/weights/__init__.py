"""Stage `weights`: where weights live, and how they are cut into slabs that stream."""
