"""One renderer of models and errors, for a notebook, a prompt and the command line."""
