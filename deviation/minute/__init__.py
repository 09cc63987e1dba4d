"""What holds in each minute: alignment, states, conversion, peers, reference and deviation."""
