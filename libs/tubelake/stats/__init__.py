"""Statistics of what was collected, in Spark SQL."""
