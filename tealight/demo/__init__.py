"""Simulated seekers and listeners (docs/demo.md).

They know the protocol from its document only and import nothing of chat.protocol, so that they prove the document too.
"""
