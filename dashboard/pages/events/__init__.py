"""The Events page: all events of the library, what is said of them, what the store holds, and their measures."""
