"""The metrics layer: from a company's exports to governed figures. It knows no screen."""
