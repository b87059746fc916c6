"""What is answered at each address; a module for each kind of thing."""
