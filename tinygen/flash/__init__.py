"""Stage `flash`: put an image into a board, over whichever tool and probe there is."""
