"""Libraries as earlier versions wrote them: every later version opens them and answers alike."""
