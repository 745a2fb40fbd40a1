"""What each of several channels contributed, from daily or weekly series."""
