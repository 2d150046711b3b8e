"""Stage `emit`: a graph and its plan to the text of a project, purely."""
