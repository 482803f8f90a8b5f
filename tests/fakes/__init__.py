"""Stand-ins for what lies outside: real conversations, scripted answers."""
