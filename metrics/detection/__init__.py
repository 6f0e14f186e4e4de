"""What is usual for a series of figures, and which closed figures it does not explain."""
