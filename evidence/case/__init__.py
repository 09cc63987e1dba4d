"""Case files: everything behind a finding in one ZIP file, which another store can take in."""
