"""The process that holds WebSockets: dull on purpose (docs/edge.md)."""
