"""Results of the room for evidence on the terminal."""
