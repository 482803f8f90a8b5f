"""How outputs are made: drawn, retouched, filmed or said."""
