from tests.helpers.valkey import redis7, redis7_url, valkey, valkey_url

__all__ = ["redis7", "redis7_url", "valkey", "valkey_url"]
