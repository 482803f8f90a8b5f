"""Jobs: the same operations as the pages call, without HTTP."""
