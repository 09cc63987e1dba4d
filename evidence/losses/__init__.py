"""What positions would have fetched elsewhere, and what was lost before and after a minute."""
