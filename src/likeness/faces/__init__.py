"""Faces: finding and recognising them, comparing them, and choosing the threshold that decides."""
