"""What the finished model is measured by, one question a module; `table` says what a row is."""
