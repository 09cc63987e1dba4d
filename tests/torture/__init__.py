"""Programs that try for minutes or hours to break the product; each has a short form among the tests."""
