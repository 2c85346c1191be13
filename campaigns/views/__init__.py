"""The doors to the outside: the click link and the incoming postback."""
