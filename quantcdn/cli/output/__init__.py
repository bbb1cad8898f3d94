"""What goes to stdout: records, columns, tables."""
