"""What an index would have printed under each rule."""
