"""Stage `build`: a project folder to an image with measured sections and symbols."""
