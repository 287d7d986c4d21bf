"""The protocol of the charting guide: typed JSON messages, numbers as numbers."""
