from tests.helpers.world import service, world

__all__ = ["service", "world"]
