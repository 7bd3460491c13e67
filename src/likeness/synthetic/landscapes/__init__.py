"""Painted-looking views of the country: terrain seen in perspective, under the light of an hour and a weather."""
