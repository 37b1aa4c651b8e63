"""What a language model that is made from nothing learns before it sees: to read a question."""
