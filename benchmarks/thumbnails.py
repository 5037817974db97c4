"""Thumbnails of 6,800 videos, each command as a whole from its start to its end.

Baselines: img2dataset with 2 processes of 32 threads, from nginx on this machine; and a loop of 5 threads, from a server
that answers after 50 ms. TubeLake starts Spark, decodes each picture and commits it to Delta; the baselines do less.
"""

import argparse
import asyncio
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import median
from urllib.error import URLError
from urllib.request import urlopen

import requests
from platformdirs import user_cache_path

from benchmarks import common
from benchmarks.common import result, settings_for, stopwatch, warm_session
from tubelake import store, tables

VIDEOS, DISTINCT, ROUNDS = 6_800, 200, 3
SLOW_SECONDS, LOOP_THREADS = 0.05, 5
NAME = "mqdefault"
NGINX = """
daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log; worker_processes 2; user root;
events {{ worker_connections 1024; }}
http {{
  access_log off; sendfile on; default_type image/jpeg;
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  server {{ listen 127.0.0.1:{port}; root {pictures}; }}
}}
"""


def draw(folder: Path, count: int) -> list[str]:
    """Pictures of 320 by 180 and about 14 kB at vi/ID/mqdefault.jpg; gives the ids."""
    from PIL import Image

    chance, drawn = random.Random(1), []
    for number in range(min(DISTINCT, count)):
        noise = Image.frombytes("RGB", (80, 45), chance.randbytes(80 * 45 * 3)).resize(
            (320, 180), Image.Resampling.BICUBIC
        )
        drawn.append(folder / f"{number}.jpg")
        noise.save(drawn[-1], quality=78)
    ids = [f"bench{number:06d}" for number in range(count)]
    for number, video_id in enumerate(ids):
        place = folder / "vi" / video_id / f"{NAME}.jpg"
        place.parent.mkdir(parents=True)
        place.hardlink_to(drawn[number % len(drawn)])
    print(f"{count:,} pictures of {sum(file.stat().st_size for file in drawn) // len(drawn):,} bytes")
    return ids


def lay_lake(folder: Path, ids: list[str]) -> None:
    """A lake that knows the videos, as build_videos leaves it."""
    wanted = settings_for(folder, "http://127.0.0.1:1")
    spark = warm_session(wanted)
    rows = [
        tuple(
            {"video_id": i, "thumbnail_url": f"https://i.ytimg.com/vi/{i}/{NAME}.jpg", "thumbnail_width": 320}.get(name)
            for name in tables.VIDEOS.column_names
        )
        for i in ids
    ]
    for table in tables.ALL:
        store.ensure(spark, table, wanted.lake)
    store.append(spark.createDataFrame(rows, tables.VIDEOS.ddl), tables.VIDEOS, wanted.lake)
    spark.stop()


@contextmanager
def server(command: list[str], url: str) -> Iterator[None]:
    """A server as a process of its own, once it answers."""
    running = subprocess.Popen(command)
    try:
        for _ in range(100):
            try:
                urlopen(url).close()
                break
            except URLError:
                time.sleep(0.1)
        yield
    finally:
        running.terminate()
        running.wait()


def serve_slowly(pictures: Path, port: int) -> None:
    """Until it is ended: each picture after 50 ms."""
    from aiohttp import web

    async def picture(request: web.Request) -> web.Response:
        await asyncio.sleep(SLOW_SECONDS)
        return web.Response(body=(pictures / request.path[1:]).read_bytes(), content_type="image/jpeg")

    app = web.Application()
    app.router.add_get("/vi/{tail:.*}", picture)
    web.run_app(app, host="127.0.0.1", port=port, access_log=None, print=None)


def tubelake(lake: Path, url: str, count: int) -> float:
    """Seconds of the whole command on a copy of the lake."""
    with tempfile.TemporaryDirectory() as name:
        shutil.copytree(lake, Path(name) / "lake")
        command = [
            "-m", "tubelake", "run", "collect_thumbnails", "--set", f"lake.root={name}/lake",
            "--set", f"youtube.endpoint={url}", "--set", f"run.logs={name}",
        ]  # fmt: skip
        with stopwatch() as taken:
            done = subprocess.run([sys.executable, *command], check=True, capture_output=True, text=True)
    assert f"{count:,} pictures" in done.stdout, done.stdout
    print(done.stdout.splitlines()[-1], flush=True)
    return taken[0]


def img2dataset(program: Path, urls: Path, count: int) -> float:
    """Seconds of the whole command; it neither decodes nor changes the pictures."""
    with tempfile.TemporaryDirectory() as name:
        command = [
            str(program), f"--url_list={urls}", f"--output_folder={name}/out", "--output_format=parquet",
            "--processes_count=2", "--thread_count=32", "--resize_mode=no", "--disable_all_reencoding=True",
            f"--number_sample_per_shard={-(-count // 2)}", "--enable_wandb=False",
        ]  # fmt: skip
        offline = {**os.environ, "NO_ALBUMENTATIONS_UPDATE": "1"}
        with stopwatch() as taken:
            done = subprocess.run(command, check=True, capture_output=True, text=True, env=offline)
        stored = sum(file.stat().st_size for file in Path(name, "out").glob("*.parquet"))
    assert stored > count * 5_000, done.stderr[-2_000:]
    return taken[0]


def plain_loop(url: str, ids: list[str]) -> float:
    """Seconds of 5 threads that fetch one picture after the other into files."""
    with tempfile.TemporaryDirectory() as name, stopwatch() as taken, ThreadPoolExecutor(LOOP_THREADS) as threads:

        def share(number: int) -> None:
            with requests.Session() as session:
                for video_id in ids[number::LOOP_THREADS]:
                    data = session.get(f"{url}/vi/{video_id}/{NAME}.jpg", timeout=30).content
                    Path(name, f"{video_id}.jpg").write_bytes(data)

        list(threads.map(share, range(LOOP_THREADS)))
    return taken[0]


def free_port() -> int:
    import socket

    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


def needed() -> tuple[str, Path]:
    """nginx and img2dataset; the second in an environment of its own, made once."""
    nginx = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if not nginx:
        sys.exit("this benchmark needs nginx: apt-get install nginx")
    uv = common.uv()
    folder = user_cache_path("tubelake") / "img2dataset"
    program = folder / "bin" / "img2dataset"
    if not program.is_file():
        subprocess.run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(folder)], check=True)
        subprocess.run(
            [uv, "pip", "install", "--quiet", "--python", str(folder), "img2dataset", "setuptools<81"], check=True
        )
    return nginx, program


def timed(times: int, **commands: Callable[[], float]) -> dict[str, float]:
    """The median seconds of each command, run in turn so that a noisy minute meets all of them."""
    taken: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(times):
        for name, command in commands.items():
            taken[name].append(command())
            print(f"{name}: {taken[name][-1]:.1f} s", flush=True)
    return {name: median(seconds) for name, seconds in taken.items()}


def main(count: int, times: int) -> None:
    nginx, program = needed()
    with tempfile.TemporaryDirectory() as name:
        folder, port = Path(name), free_port()
        url, pictures = f"http://127.0.0.1:{port}", folder / "pictures"
        pictures.mkdir()
        ids = draw(pictures, count)
        (folder / "urls.txt").write_text("\n".join(f"{url}/vi/{i}/{NAME}.jpg" for i in ids))
        (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=port, pictures=pictures))
        folder.chmod(0o755)
        lay_lake(folder, ids)
        ours, first = partial(tubelake, folder / "lake", url, count), f"{url}/vi/{ids[0]}/{NAME}.jpg"
        with server([nginx, "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")], first):
            fast = timed(times, tubelake=ours, img2dataset=partial(img2dataset, program, folder / "urls.txt", count))
        with server([sys.executable, "-m", "benchmarks.thumbnails", f"--serve={pictures}", f"--port={port}"], first):
            slow = timed(1, tubelake=ours, loop=partial(plain_loop, url, ids))
    result("times as fast as img2dataset", fast["img2dataset"] / fast["tubelake"], 1.0, at_least=True)
    result("times as fast as 5 threads at 50 ms", slow["loop"] / slow["tubelake"], 5.0, at_least=True)


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("--videos", type=int, default=VIDEOS)
    options.add_argument("--times", type=int, default=ROUNDS)
    options.add_argument("--serve", type=Path)
    options.add_argument("--port", type=int, default=0)
    given = options.parse_args()
    if given.serve:
        serve_slowly(given.serve, given.port)
    else:
        main(given.videos, given.times)
