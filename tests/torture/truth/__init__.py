"""Every number that is shown, beside an independent calculation from what the replay sends."""
