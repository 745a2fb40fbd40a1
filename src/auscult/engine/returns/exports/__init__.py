"""What other programs hand out of visits, calls and sales, each read to one form of row."""
