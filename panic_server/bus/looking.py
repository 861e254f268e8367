"""Whether Redis answers, asked once."""

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

# As long as the database is given.
ANSWER_WITHIN_S = 3.0


def trouble(url: str) -> str | None:
    """Why it does not answer."""
    redis = Redis.from_url(
        url, socket_connect_timeout=ANSWER_WITHIN_S, socket_timeout=ANSWER_WITHIN_S, retry=Retry(NoBackoff(), 0)
    )
    try:
        redis.ping()
    except (RedisError, OSError) as error:
        return f"does not answer: {error}"
    finally:
        redis.close()
    return None
