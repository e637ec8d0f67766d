"""Geography at rest, and the code that reads and checks the files people bring."""
