"""The names of venues, markets and quotes: what people write, and what each of them means."""
