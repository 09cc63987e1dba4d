"""What people say and hold beside the candles: claims and verdicts, order logs, losses, manifests, case files."""
