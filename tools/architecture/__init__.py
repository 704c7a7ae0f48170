"""`make picture`: the architecture as an SVG, read from the synthesized templates alone."""
