"""An object store on this machine: S3Proxy, which speaks Amazon's S3 over HTTP and keeps the objects in a folder."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.slow.cluster import SPARK_HOME, daemon, free_port, run
from tests.slow.killing import until

from tubelake.submitted import answers

ROOT = Path(__file__).parents[2]
S3PROXY = "org.gaul s3proxy 2.6.0"
BUCKET = "lakes"
IDENTITY, CREDENTIAL = "tests", "not-a-secret"


@contextmanager
def object_store(folder: Path) -> Iterator[Mapping[str, str]]:
    """An empty bucket, BUCKET; gives the settings of Spark that reach it as s3a://BUCKET."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    (folder / "objects" / BUCKET).mkdir(parents=True)
    properties = {
        "s3proxy.endpoint": address, "s3proxy.authorization": "aws-v2-or-v4", "s3proxy.identity": IDENTITY,
        "s3proxy.credential": CREDENTIAL, "jclouds.provider": "filesystem-nio2", "jclouds.identity": IDENTITY,
        "jclouds.credential": CREDENTIAL, "jclouds.filesystem.basedir": str(folder / "objects"),
    }  # fmt: skip
    (folder / "s3proxy.properties").write_text("".join(f"{name}={value}\n" for name, value in properties.items()))
    (folder / "logback.xml").write_text('<configuration><root level="OFF"/></configuration>')
    command = [
        "java", "-Xmx256m", f"-Dlogback.configurationFile={folder / 'logback.xml'}",
        "-cp", class_path(S3PROXY, folder), "org.gaul.s3proxy.Main", "--properties", str(folder / "s3proxy.properties"),
    ]  # fmt: skip
    with daemon(command, folder / "store") as process:
        until(lambda: process.poll() is not None or answers(f"127.0.0.1:{port}"))
        assert process.poll() is None, (folder / "store" / "log").read_text()
        yield {
            "spark.hadoop.fs.s3a.endpoint": address,
            "spark.hadoop.fs.s3a.path.style.access": "true",
            "spark.hadoop.fs.s3a.access.key": IDENTITY,
            "spark.hadoop.fs.s3a.secret.key": CREDENTIAL,
            # In a folder the marker of one that has files cannot be deleted, which Hadoop's default wants.
            "spark.hadoop.fs.s3a.directory.marker.retention": "keep",
        }


def class_path(coordinates: str, folder: Path) -> str:
    """The jars of "GROUP NAME VERSION" with all that they need, from Maven Central, as a class path."""
    (ivy,) = (SPARK_HOME / "jars").glob("ivy-*.jar")
    found = folder / "class-path"
    done = run(
        ["java", "-jar", str(ivy), "-settings", str(ROOT / "conf/ivysettings.xml"), "-confs", "default",
         "-dependency", *coordinates.split(), "-cachepath", str(found)], folder,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2_000:]
    return found.read_text().strip()
