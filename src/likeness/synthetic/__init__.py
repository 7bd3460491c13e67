"""A synthetic world: persons who never lived, photographed at any age, with captions."""
