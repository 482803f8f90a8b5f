"""Image Garden: cultivate your visual imagination."""
