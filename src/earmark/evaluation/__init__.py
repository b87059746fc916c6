"""How well recognition works: music to try it on, ways to spoil it, and measures of the answers."""
