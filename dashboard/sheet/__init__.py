"""The printed sheet: canvas, frame, legend, renderer, manifest."""
