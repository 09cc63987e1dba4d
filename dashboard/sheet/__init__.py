"""The printed sheet: canvas, plots, tables, frame, legend, renderer and manifest."""
