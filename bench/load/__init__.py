"""Load: idle connections, storms of reconnecting clients, days replayed faster than life, soaks (docs/load.md)."""
