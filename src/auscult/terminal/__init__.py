"""What the command line prints and the loops that it runs, a file for each group of verbs."""
