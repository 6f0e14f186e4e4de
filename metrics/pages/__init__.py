"""The facts that each page shows, read from the register for a viewer."""
