"""The cache, which can also count: Django's own `incr` asks Redis twice, and leaves a new key to the caller."""

from typing import Any

from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from django.utils.functional import cached_property

# One command and one answer to read, where a transaction of two commands has four.
COUNT = """
redis.call('SET', KEYS[1], 0, 'EX', ARGV[2], 'NX')
return redis.call('INCRBY', KEYS[1], ARGV[1])
"""


class OneClient(RedisCacheClient):
    """Django's own makes a client of each call, which takes longer than Redis takes to answer."""

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        return self._client_of_all

    @cached_property
    def _client_of_all(self) -> Any:
        return super().get_client(write=True)

    @cached_property
    def counting(self) -> Any:
        return self._client_of_all.register_script(COUNT)


class CountingCache(RedisCache):
    """Redis, with counters that begin and end by themselves."""

    def __init__(self, server: str | list[str], params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = OneClient

    def count(self, key: str, by: int, *, timeout: int) -> int:
        """Add to a counter, which begins at zero and lasts `timeout` seconds from there, and tell where it stands.

        One exchange with Redis, in which both happen or neither.
        """
        client: Any = self._cache
        return int(client.counting(keys=[self.make_and_validate_key(key)], args=[by, timeout]))
