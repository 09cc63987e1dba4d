"""Case files: the views of an asset with their data and all that is behind them, as one ZIP."""
