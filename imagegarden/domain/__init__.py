"""The product: operations on its nouns, each inside the caller's transaction. No Flask, no SDK, no environment."""
