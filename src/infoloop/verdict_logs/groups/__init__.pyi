from . import group_table as group_table
