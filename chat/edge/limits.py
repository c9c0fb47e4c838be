"""Limits as pure values: time is an argument."""

import math
from dataclasses import dataclass, field

#: PROTOCOL: a person is not refused below 20 messages a second with bursts of 40. The rate is a setting, the burst
#: what it gives in this time.
BURST_S = 2.0
#: PROTOCOL: an address is not refused below 50 handshakes a second and 100 open requests.
HANDSHAKES_PER_S = 60.0
HANDSHAKES_BURST = 120.0
OPEN_REQUESTS_PER_ADDRESS = 120
#: After so many bad frames in a row a connection is closed with 4508.
BAD_FRAMES_IN_A_ROW = 100


@dataclass(slots=True)
class TokenBucket:
    """`rate` tokens a second up to `burst`. Starts full."""

    rate: float
    burst: float
    tokens: float = field(default=-1.0)
    at_s: float = 0.0

    def take(self, now_s: float) -> int:
        """0 when one more is within the limit, else the milliseconds until it will be."""
        tokens = self.tokens
        if tokens < 0:
            tokens = self.burst
        else:
            tokens += (now_s - self.at_s) * self.rate
            if tokens > self.burst:
                tokens = self.burst
        self.at_s = now_s
        if tokens >= 1:
            self.tokens = tokens - 1
            return 0
        self.tokens = tokens
        return max(1, math.ceil((1 - self.tokens) / self.rate * 1000))
