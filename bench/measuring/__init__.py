"""The measurements: what is asked of the contenders, in which order."""
