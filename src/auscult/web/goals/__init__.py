"""What a house wants: priorities, objectives, their readings, and what is done for them."""
