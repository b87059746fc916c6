"""What was played, when and where: the store of operations, apart from the library."""
