"""The wire: what clients and server say to each other (docs/protocol.md). Nothing here does I/O."""
