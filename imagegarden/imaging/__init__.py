"""Pictures and films as bytes: recognized by their content, within limits, written again where that is safer."""
