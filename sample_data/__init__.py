"""A fictional French software group, in the export formats of the tools that it uses."""

from sample_data.workbench import make

__all__ = ["make"]
