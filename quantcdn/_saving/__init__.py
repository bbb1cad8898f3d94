"""From a result to whole files in a folder."""
