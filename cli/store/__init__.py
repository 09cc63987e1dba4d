"""The commands about what the store contains: into it, out of it, its state, its upkeep."""
