"""What reports say to people: result structs in, lines of spans out. Pure: the time, the zone and the user's home are arguments."""
