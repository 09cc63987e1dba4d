"""The comparison picture of one asset."""
