"""Pure drawing: a series, a size and options in; rows of text runs with style roles out."""
