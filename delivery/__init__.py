"""The top floor: queueing, sending, recording and explaining postbacks."""
