"""What the columns of a file mean: known layouts of candles and trades, and how a file is recognised as one."""
