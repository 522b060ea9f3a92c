"""The executable claims of `theory/`, one module for each chapter or half of one."""
