"""All Lua of the house as one library: routing's first, then the conversation's, which stands on it."""

from chat.conversation import LUA as CONVERSATION
from config.lua import Library, assemble
from routing.store import LUA as ROUTING
from routing.store.keys import lua_prelude


def library() -> Library:
    """The same text, and so the same version, in every process of one release."""
    return assemble(lua_prelude(), [ROUTING, CONVERSATION])
