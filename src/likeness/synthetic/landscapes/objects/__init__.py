"""What stands in a landscape: trees, houses, people, cars; each a small solid, lit and cut out as a sprite."""
