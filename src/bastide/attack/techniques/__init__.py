"""One file a technique; ``bastide.attack.library`` walks this folder."""
