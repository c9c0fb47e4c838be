"""`python -m bench.peers.talk FOLDER PORTS FIRST PAIRS PHASE...`: open chats, then become the generator."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.peers.arriving import hand_over, pair_up

SOURCE = Path(__file__).parent / "talkers.c"


def generator() -> Path:
    """The compiled generator, in a folder of this user. Raises CalledProcessError, FileNotFoundError without gcc."""
    folder = Path(tempfile.gettempdir()) / f"tealight-talkers-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    binary = folder / "talkers"
    if not binary.exists() or binary.stat().st_mtime < SOURCE.stat().st_mtime:
        subprocess.run(["gcc", "-O2", "-Wall", "-o", str(binary), str(SOURCE), "-lm"], check=True)
    return binary


def main(folder: str, ports: str, first: str, pairs: str, *phases: str) -> None:
    cookies = json.loads((Path(folder) / "cookies.json").read_text())[int(first) : int(first) + int(pairs)]
    opened = pair_up([int(port) for port in ports.split(",")], cookies)
    fds, lines = hand_over(opened)
    # The same process goes on as the generator: whoever counts its CPU knows its id already.
    reading, writing = os.pipe()
    os.write(writing, lines.encode())
    os.close(writing)
    os.dup2(reading, 0)
    for fd in fds:
        os.set_inheritable(fd, True)
    os.execv(generator(), ["talkers", *phases])


if __name__ == "__main__":
    main(*sys.argv[1:])
