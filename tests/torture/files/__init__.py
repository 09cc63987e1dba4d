"""What people may hand over: files, settings, links and pictures."""
