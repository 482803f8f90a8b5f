"""The table's entries, by kind of model."""
