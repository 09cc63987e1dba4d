"""Files as tables of values: what they are packed in and how their rows are written, not what these mean."""
