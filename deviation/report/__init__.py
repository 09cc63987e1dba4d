"""What is said of a measurement: lows, sentences, JSON."""
