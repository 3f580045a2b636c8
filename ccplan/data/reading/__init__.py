"""What stands in a file, a workbook or a database, understood as the tables of the design. No file is changed."""
