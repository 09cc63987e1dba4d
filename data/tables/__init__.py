"""The tables of the store, a module each."""
